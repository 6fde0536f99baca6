import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { writeTagSpelling } from '../posts/hashtag-store.ts'
import { reviewTrend } from '../trends/review.ts'
import type { World } from '../world.ts'
import { noteAct } from './acts.ts'

export interface TagChange {
  /** with which letters it is shown: the same ones, be they large or small */
  readonly displayName?: string | undefined
  readonly trendable?: boolean | undefined
}

/** @throws Refusal 'not-found', 'tag.spelling' */
export async function changeTag(
  world: World,
  by: LocalAccount,
  id: string,
  { displayName, trendable }: TagChange,
): Promise<void> {
  const spelling = displayName === undefined ? undefined : hashtagFrom(displayName)
  if (displayName !== undefined && !spelling) refuse('tag.spelling')
  await transact(world.db, async (tx) => {
    if (spelling && !(await writeTagSpelling(tx, id, spelling))) refuse('tag.spelling')
    if (trendable !== undefined) await reviewTrend({ ...world, db: tx }, by, 'tag', id, trendable)
    await noteAct(world, tx, by, 'tag.update', id, displayName ?? '')
  })
}
