import type { PostId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import { pageAddress, pageLinksIn } from '../../text/page-links.ts'
import type { World } from '../world.ts'
import { findKnownAddresses, findLinkedPost, firstPage } from './find.ts'
import type { PageCard } from './preview.ts'
import { claimPreview, deletePostPreview, deleteStalePreviews, linkPreview, writePreview } from './store.ts'

/** The job `preview`. */
export interface PreviewErrand {
  readonly postId: PostId
}

/** A page that is to be asked what it is. */
export interface DuePage {
  readonly id: string
  readonly url: string
}

const FRESH_DAYS = 14
/** A page that said nothing, or could not be had, may have had a bad moment. */
const EMPTY_HOURS = 6
/** Whoever asks a page is done, or dead, after this long. */
const LEASE_SECONDS = 60
const FORGOTTEN_AT_ONCE = 1000

/**
 * Decides which page a post is shown with: the one that it carries, else the first that it links to. None for a direct
 * post, nor beside pictures and quotes.
 * @returns the page, when it must be asked, and nobody else is asking it
 */
export async function choosePage(world: World, postId: PostId): Promise<DuePage | undefined> {
  const { db, clock, uris } = world
  const post = await findLinkedPost(db, postId)
  if (!post || post.carried?.title) return undefined
  const links = [...(post.carried ? [post.carried.url] : []), ...pageLinksIn(post.contentHtml)].filter(
    (link) => !uris.isOurs(link),
  )
  const wanted = post.visibility !== 'direct' && !post.occupied && links.length > 0
  const url = wanted ? firstPage(links, await findKnownAddresses(db, postId, links)) : undefined
  if (url === undefined || pageAddress(url) === undefined) {
    await deletePostPreview(db, postId)
    return undefined
  }
  const id = await transact(db, (tx) => linkPreview(tx, postId, url))
  return id !== undefined && (await claimPreview(db, id, clock.now(), LEASE_SECONDS))
    ? { id, url }
    : undefined
}

/** Keeps what a page said for all posts that link to it, for two weeks. */
export async function keepPage(world: World, page: DuePage, card: PageCard | null): Promise<void> {
  const ms = card ? FRESH_DAYS * 86_400_000 : EMPTY_HOURS * 3_600_000
  await writePreview(world.db, page.id, card, new Date(world.clock.now().getTime() + ms))
}

/** Forgets pages that nobody links to any more. Run now and then. */
export async function forgetPages(world: World): Promise<void> {
  await deleteStalePreviews(world.db, world.clock.now(), FORGOTTEN_AT_ONCE)
}
