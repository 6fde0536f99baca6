import type { PostId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import { pageLinksIn } from '../../text/page-links.ts'
import type { World } from '../world.ts'
import { findKnownAddresses, findLinkedPosts, firstPage, type LinkedPost } from './find.ts'
import type { PageCard } from './preview.ts'
import {
  claimPreviews,
  deletePostPreviews,
  deleteStalePreviews,
  linkPreviews,
  type Shown,
  writePreview,
} from './store.ts'

/** The job `preview`: to choose pages for posts, or to ask one that was chosen. */
export type PreviewErrand = { readonly postIds: readonly PostId[] } | { readonly page: DuePage }

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
 * Decides which page each post is shown with: the one that it carries, else the first that it links to. None for a
 * direct post, nor beside pictures and quotes.
 * @returns the pages that must be asked, and that nobody else is asking
 */
export async function choosePages(world: World, postIds: readonly PostId[]): Promise<DuePage[]> {
  const { db, clock } = world
  const posts = (await findLinkedPosts(db, postIds)).filter((post) => !post.carried?.title)
  const linking = posts.map((post) => ({ post, links: linksOf(world, post) }))
  const ids = posts.map(({ id }) => id)
  const known = await findKnownAddresses(
    db,
    ids,
    linking.flatMap(({ links }) => links),
  )
  const shown = linking.flatMap(({ post, links }): Shown[] => {
    const passed = known.filter(({ postId }) => postId === null || postId === post.id)
    const url = firstPage(links, new Set(passed.map(({ address }) => address)))
    return url === undefined ? [] : [{ postId: post.id, url }]
  })
  const withPage = new Set(shown.map(({ postId }) => postId))
  await deletePostPreviews(
    db,
    ids.filter((id) => !withPage.has(id)),
  )
  if (shown.length === 0) return []
  await transact(db, (tx) => linkPreviews(tx, shown))
  const urls = [...new Set(shown.map(({ url }) => url))]
  return claimPreviews(db, urls, clock.now(), LEASE_SECONDS)
}

function linksOf({ uris }: World, post: LinkedPost): string[] {
  if (post.visibility === 'direct' || post.occupied) return []
  const links = [...(post.carried ? [post.carried.url] : []), ...pageLinksIn(post.contentHtml)]
  return links.filter((link) => !uris.isOurs(link))
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
