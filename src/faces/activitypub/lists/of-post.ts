import { isOpen } from '../../../base/visibility.ts'
import { actBrief } from '../../../translate/to-activity/brief.ts'
import {
  countRepliesTo,
  findLike,
  findReply,
  findShare,
  listLikes,
  listRepliesTo,
  listShares,
} from '../../../views/interactions.ts'
import type { PostView } from '../../../views/view.ts'
import type { Reading } from '../../http/reading.ts'
import { counted } from './counted.ts'
import type { List } from './list.ts'
import { type ListParts, readerOf, textOf } from './source.ts'

const PER_PAGE = 40

/** A list that belongs to a post, opened for whoever may see the post. */
export type PostList = (parts: ListParts, post: PostView, reading: Reading) => List

/**
 * The Likes of a post, as far as they are for this reader: of what is not for everyone its author finds all of them, and
 * everybody else their own.
 */
export const likes: PostList = ({ db, uris }, post, reading) => {
  const viewer = readerOf(reading)
  const only = isOpen(post.visibility) || viewer?.accountId === post.author.id ? undefined : viewer?.accountId
  return {
    id: uris.likes(post.id),
    ordered: true,
    first: 'newest',
    perPage: PER_PAGE,
    about: { attributedTo: post.author.uri, likesOf: post.uri },
    count: () => post.counts.likes,
    async read(range) {
      const rows = await listLikes(db, post.id, viewer, range, only)
      return rows.map(({ key, uri, actorUri }) => ({
        key,
        text: textOf(actBrief('Like', uri, actorUri, post.uri)),
      }))
    },
    seek: (uri) => findLike(db, post.id, viewer, uri, only),
    closed: !isOpen(post.visibility) && viewer === undefined,
  }
}

/** The Announces of a post. */
export const shares: PostList = ({ db, uris }, post, reading) => {
  const viewer = readerOf(reading)
  return {
    id: uris.shares(post.id),
    ordered: true,
    first: 'newest',
    perPage: PER_PAGE,
    about: { attributedTo: post.author.uri, sharesOf: post.uri },
    count: () => post.counts.boosts,
    async read(range) {
      const rows = await listShares(db, post.id, viewer, range)
      return rows.map(({ key, uri, actorUri }) => ({
        key,
        text: textOf(actBrief('Announce', uri, actorUri, post.uri)),
      }))
    },
    seek: (uri) => findShare(db, post.id, viewer, uri),
    closed: !isOpen(post.visibility) && viewer === undefined,
  }
}

/** The replies to a post, wherever they are from, the first one first: a Collection, which more servers read. */
export const replies: PostList = ({ db, uris }, post, reading) => {
  const viewer = readerOf(reading)
  return {
    id: uris.replies(post.id),
    ordered: false,
    first: 'oldest',
    perPage: PER_PAGE,
    about: { attributedTo: post.author.uri, repliesOf: post.uri },
    count: () =>
      viewer
        ? counted(db, `replies ${post.id} ${viewer.accountId}`, () => countRepliesTo(db, post.id, viewer))
        : post.counts.replies,
    async read(range) {
      const rows = await listRepliesTo(db, post.id, viewer, range, 'oldest')
      return rows.map(({ key, uri }) => ({ key, text: textOf(uri) }))
    },
    seek: (uri) => findReply(db, post.id, viewer, uri),
  }
}
