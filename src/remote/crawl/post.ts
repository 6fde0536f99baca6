import { findAccount } from '../../domain/accounts/find.ts'
import type { PostDetail } from '../../domain/crawls/errand.ts'
import { findPostByUri } from '../../domain/posts/find.ts'
import { receiveDelete } from '../../domain/posts/remove.ts'
import { fetchPost } from '../posts.ts'
import { keepPost } from './keep.ts'
import { nothing, type Read, type Reading } from './reading.ts'

/** A post at its id: kept, or brought up to date; what it answers and what answers it is asked for next. */
export async function readPost(reading: Reading): Promise<Read> {
  const { errand, fetcher } = reading
  const detail = JSON.parse(errand.detail) as PostDetail
  const document = await fetchPost(fetcher, errand.url)
  if (document === 'gone') return takeGone(reading)
  return keepPost(reading, document, detail)
}

/** Its own server says that it is no more: so it is no more here. */
async function takeGone({ world, errand }: Reading): Promise<Read> {
  const post = await findPostByUri(world.db, errand.url)
  const author = post && !post.local ? await findAccount(world.db, post.accountId) : undefined
  if (author) await receiveDelete(world, author, errand.url)
  return nothing
}
