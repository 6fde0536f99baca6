import { PUBLIC } from '../../../base/uris.ts'
import { noteListContext } from '../../../translate/to-activity/context.ts'
import { postObject } from '../../../translate/to-activity/received.ts'
import { listReceivedInPublic } from '../../../views/open-posts.ts'
import { viewPosts } from '../../../views/posts.ts'
import type { Reading } from '../../http/reading.ts'
import type { List } from './list.ts'
import { type ListParts, readerOf, textOf } from './source.ts'

const PER_PAGE = 20

/**
 * What came from elsewhere for everyone (ActivityPub §7.1.3): objects that are addressed to Public, less what nobody is to
 * come upon. How many there are is counted by nobody.
 */
export function publicInbox({ db, uris }: ListParts, reading: Reading): List {
  const viewer = readerOf(reading)
  reading.public = true
  return {
    id: uris.sharedInbox,
    ordered: true,
    first: 'newest',
    perPage: PER_PAGE,
    about: { attributedTo: uris.instanceActor, to: [PUBLIC] },
    context: noteListContext,
    count: undefined,
    fleeting: true,
    async read(range) {
      const ids = await listReceivedInPublic(db, viewer, range)
      const posts = new Map((await viewPosts(db, ids, viewer)).map((post) => [post.id, post]))
      return ids.map((id) => {
        const post = posts.get(id)
        return { key: id, text: post && textOf(postObject(post, new Map(), uris)) }
      })
    },
  }
}
