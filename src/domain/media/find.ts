import type { AccountId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'

/** What there is to know before a file of ours is given to somebody. */
export interface ServedFile {
  readonly mediaType: string
  /** of the post that holds it; null when it waits to be posted, or is an emoji */
  readonly visibility: Visibility | null
  readonly postId: PostId | null
  readonly accountId: AccountId | null
}

/** A file by its name in the storage; undefined when nothing holds it any more. */
export async function findFile(db: Db, file: string): Promise<ServedFile | undefined> {
  const attachment = await db
    .selectFrom('attachment')
    .leftJoin('post', 'post.id', 'attachment.post_id')
    .select([
      'attachment.media_type as mediaType',
      'attachment.account_id as accountId',
      'attachment.post_id as postId',
      'post.visibility',
    ])
    .where('attachment.file', '=', file)
    .executeTakeFirst()
  if (attachment?.mediaType) return { ...attachment, mediaType: attachment.mediaType }
  const emoji = await db
    .selectFrom('custom_emoji')
    .select('media_type as mediaType')
    .where('file', '=', file)
    .executeTakeFirst()
  const mediaType = emoji?.mediaType ?? (await profileImageType(db, file))
  return mediaType ? { mediaType, visibility: 'public', postId: null, accountId: null } : undefined
}

async function profileImageType(db: Db, file: string): Promise<string | undefined> {
  const image = await db
    .selectFrom('profile_image')
    .select('media_type as mediaType')
    .where('file', '=', file)
    .executeTakeFirst()
  return image?.mediaType
}
