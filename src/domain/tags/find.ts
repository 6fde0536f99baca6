import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** Whether somebody follows a hashtag, by its name in lower case; its id where they do. */
export async function findTagFollow(
  db: Db,
  accountId: AccountId,
  name: string,
): Promise<{ readonly hashtagId: string } | undefined> {
  return db
    .selectFrom('tag_follow')
    .innerJoin('hashtag', 'hashtag.id', 'tag_follow.hashtag_id')
    .select('tag_follow.hashtag_id as hashtagId')
    .where('tag_follow.account_id', '=', accountId)
    .where('hashtag.name', '=', name)
    .executeTakeFirst()
}

export async function countTagFollows(db: Db, accountId: AccountId): Promise<number> {
  const { n } = await db
    .selectFrom('tag_follow')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return Number(n)
}
