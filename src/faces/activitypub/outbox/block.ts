import { refuse } from '../../../base/refusal.ts'
import { blockAccount } from '../../../domain/blocks/block.ts'
import { findBlock } from '../../../domain/blocks/find.ts'
import type { OutboxHandler } from './posting.ts'
import { requireReaction } from './scopes.ts'
import { nobody, speak } from './speak.ts'
import { askForAccount, objectOf, requireActor } from './subject.ts'

/** Keeps somebody away. Nobody is told, whomever the app says it is for. */
export const block: OutboxHandler = {
  authorise: (asking) => requireReaction(asking, 'block', objectOf(asking.activity)),
  prepare: (asking) => askForAccount(asking, objectOf(asking.activity)),
  async run(posting) {
    const { world, tx, actor, activity } = posting
    const uri = objectOf(activity)
    if (uri === actor.uri) refuse('act.self')
    const target = await requireActor(posting, uri)
    const earlier = await findBlock(tx, actor.id, target.id)
    if (earlier) refuse('act.redundant', { duplicate: earlier.uri })
    const activityId = await speak(posting, { audience: nobody }, () =>
      blockAccount(world, actor, target, true),
    )
    return { activityId: activityId ?? refuse('act.redundant') }
  },
}
