import type { AccountId } from '../base/ids.ts'
import { wantProfile } from '../domain/crawls/want.ts'
import type { World } from '../domain/world.ts'
import type { Effect } from '../facts/record.ts'
import { enqueue } from '../jobs/enqueue.ts'
import type { JobHandler } from '../jobs/outcomes.ts'

/** The job `history`. */
export interface History {
  readonly accountId: AccountId
}

/** Whoever here begins to follow somebody elsewhere gets what that one said before, too. */
export const history: Effect = async (tx, facts) => {
  const followed = facts.flatMap((fact) =>
    fact.type === 'follow.accepted' && fact.followerLocal && !fact.followedLocal ? [fact.followedId] : [],
  )
  await enqueue(
    tx,
    [...new Set(followed)].map((accountId) => ({
      kind: 'history',
      payload: { accountId } satisfies History,
    })),
  )
}

/** Begins to ask for what an account said: in lanes of their own, so this is soon done. */
export function askForHistory(world: World): JobHandler {
  return async (payload) => {
    await wantProfile(world, (payload as History).accountId, { followed: true })
  }
}
