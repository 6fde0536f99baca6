import { noteListContext } from '../../../translate/to-activity/context.ts'
import { hashtagObject } from '../../../translate/to-activity/lifecycle.ts'
import { noteObject } from '../../../translate/to-activity/note.ts'
import { postObject } from '../../../translate/to-activity/received.ts'
import { listFeaturedTags, listPinned } from '../../../views/featured.ts'
import { countLiked, findLiked, listLiked } from '../../../views/interactions.ts'
import { viewPosts } from '../../../views/posts.ts'
import { counted } from './counted.ts'
import { type ActorList, readerOf, shortList, textOf } from './source.ts'

const PER_PAGE = 20

/** What somebody likes: theirs to know, and everyone's only where they said so openly. */
export const liked: ActorList = ({ db, uris }, account, reading) => {
  const viewer = readerOf(reading)
  return {
    id: uris.liked(account.id),
    ordered: true,
    first: 'newest',
    perPage: PER_PAGE,
    about: { attributedTo: account.uri, likedOf: account.uri },
    ...(reading.app ? { context: noteListContext } : {}),
    count: () =>
      counted(db, `liked ${account.id} ${viewer?.accountId}`, () => countLiked(db, account.id, viewer)),
    async read(range) {
      const rows = await listLiked(db, account.id, viewer, range)
      if (!reading.app) return rows.map(({ key, uri }) => ({ key, text: textOf(uri) }))
      const ids = rows.map(({ id }) => id)
      const posts = new Map((await viewPosts(db, ids, viewer)).map((post) => [post.id, post]))
      return rows.map(({ key, id, uri }) => {
        const post = posts.get(id)
        return { key, text: textOf(post ? postObject(post, new Map(), uris) : uri) }
      })
    },
    seek: (uri) => findLiked(db, account.id, viewer, uri),
  }
}

/** What stands on top of a profile: posts, whole, so that readers need not ask for each. */
export const featured: ActorList = ({ db, uris }, account, reading) =>
  shortList(
    {
      id: uris.featured(account.id),
      ordered: true,
      about: { attributedTo: account.uri },
      context: noteListContext,
    },
    async () => (await listPinned(db, account.id, readerOf(reading))).map((post) => noteObject(post, uris)),
  )

export const featuredTags: ActorList = ({ db, uris }, account) =>
  shortList(
    {
      id: uris.featuredTags(account.id),
      ordered: true,
      about: { attributedTo: account.uri },
      context: noteListContext,
    },
    async () => (await listFeaturedTags(db, account.id)).map((tag) => hashtagObject(tag, uris)),
  )
