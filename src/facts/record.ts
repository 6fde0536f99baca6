import { together } from '../db/together.ts'
import type { Tx } from '../db/transact.ts'
import { consequences, type EffectName } from './consequences.ts'
import type { Fact } from './facts.ts'

/** Runs one effect for many facts at once, in the transaction that made them true. */
export type Effect = (tx: Tx, facts: readonly Fact[]) => Promise<void>

/** What `record` asks of the world; `effects/handlers.ts` fills it and `app.ts` joins them. */
export interface Effects {
  readonly effects: Readonly<Record<EffectName, Effect>>
}

/** Those that others wait for nothing from, those that build on them, and the one that tells what all have done. */
const turns: readonly (readonly EffectName[])[] = [
  ['timelines', 'notify', 'deliver', 'previews', 'search', 'documents', 'history'],
  ['inboxes'],
  ['events'],
]

/**
 * States that something has happened and makes it follow, all in the caller's transaction: one fact or a hundred,
 * each effect is called once with all facts that lead to it, in the order in which they were given. Of one fact the
 * effects do not wait for each other; of many they do, so that large transactions lock what they share in one order.
 */
export async function record(world: Effects, tx: Tx, facts: Fact | readonly Fact[]): Promise<void> {
  const list = Array.isArray(facts) ? (facts as readonly Fact[]) : [facts as Fact]
  const work = new Map<EffectName, Fact[]>()
  for (const fact of list) {
    for (const effect of consequences[fact.type]) {
      const known = work.get(effect)
      if (known) known.push(fact)
      else work.set(effect, [fact])
    }
  }
  for (const turn of turns) {
    const due = turn.flatMap((effect) => (work.has(effect) ? [() => run(effect)] : []))
    if (list.length === 1) await together(...due.map((start) => start()))
    else for (const start of due) await start()
  }

  function run(effect: EffectName): Promise<void> {
    return world.effects[effect](tx, work.get(effect) ?? [])
  }
}
