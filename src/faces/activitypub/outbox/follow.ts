import { refuse } from '../../../base/refusal.ts'
import { findFollow } from '../../../domain/follows/find.ts'
import { requestFollow } from '../../../domain/follows/request.ts'
import type { OutboxHandler } from './posting.ts'
import { requireReaction } from './scopes.ts'
import { speak } from './speak.ts'
import { askForAccount, objectOf, requireActor } from './subject.ts'

/** Asks to follow somebody; whoever is from here and lets everybody follow them says yes in the same moment. */
export const follow: OutboxHandler = {
  authorise: (asking) => requireReaction(asking, 'follow', objectOf(asking.activity)),
  prepare: (asking) => askForAccount(asking, objectOf(asking.activity)),
  async run(posting) {
    const { world, tx, actor, activity } = posting
    const uri = objectOf(activity)
    if (uri === actor.uri) refuse('act.self')
    const followed = await requireActor(posting, uri)
    const earlier = await findFollow(tx, actor.id, followed.id)
    if (earlier) refuse('act.redundant', { duplicate: earlier.uri })
    const activityId = await speak(posting, { usual: true }, () => requestFollow(world, actor, followed))
    return { activityId: activityId ?? refuse('act.redundant') }
  },
}
