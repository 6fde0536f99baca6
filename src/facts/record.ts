import type { Tx } from '../db/transact.ts'
import { consequences, type EffectName } from './consequences.ts'
import type { Fact } from './facts.ts'

/** Runs one effect for many facts at once, in the transaction that made them true. */
export type Effect = (tx: Tx, facts: readonly Fact[]) => Promise<void>

/** What `record` asks of the world; `effects/handlers.ts` fills it and `app.ts` joins them. */
export interface Effects {
  readonly effects: Readonly<Record<EffectName, Effect>>
}

/** Tells what all others have done. */
const LAST: EffectName = 'events'

/**
 * States that something has happened and makes it follow, all in the caller's transaction: one fact or a hundred,
 * each effect is called once with all facts that lead to it, in the order in which they were given.
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
  for (const [effect, due] of work) if (effect !== LAST) await world.effects[effect](tx, due)
  const told = work.get(LAST)
  if (told) await world.effects[LAST](tx, told)
}
