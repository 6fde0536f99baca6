import { afterAll, describe, expect, test } from 'vitest'
import { visibilities } from '../../../src/base/visibility.ts'
import { acceptFollow, undoFollow } from '../../../src/domain/follows/answer.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { maySee, type Viewer } from '../../../src/domain/posts/audience.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { viewPost } from '../../../src/views/posts.ts'
import { testDatabase } from '../../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const author = await personHere(world, 'author')
const stranger = await personHere(world, 'stranger')
const follower = await personHere(world, 'follower')
const former = await personHere(world, 'former')
const named = await personHere(world, 'named')
const farFollower = await personElsewhere(world, 'follower')
const farStranger = await personElsewhere(world, 'stranger')
const locked = await personHere(world, 'locked', { manuallyApprovesFollowers: true })
const asking = await personElsewhere(world, 'asking')
await requestFollow(world, follower, author)
await requestFollow(world, former, author)
await undoFollow(world, { followerId: former.id, followedId: author.id })
await requestFollow(world, farFollower, author, `${farFollower.uri}#1`)
await requestFollow(world, asking, locked, `${asking.uri}#1`)

const viewers: Record<string, Viewer> = {
  nobody: undefined,
  stranger: { accountId: stranger.id },
  follower: { accountId: follower.id },
  'former follower': { accountId: former.id },
  named: { accountId: named.id },
  author: { accountId: author.id },
  'follower elsewhere': { accountId: farFollower.id },
  'stranger elsewhere': { accountId: farStranger.id },
}
const follows = new Set([follower.id, farFollower.id])

describe.each(visibilities)('a %s post', (visibility) => {
  test.each(Object.keys(viewers))(
    'is shown to %s by the SQL exactly when the rule allows it',
    async (who) => {
      const viewer = viewers[who]
      const id = await publishPost(world, author, { text: `to @named, ${visibility} ${who}`, visibility })
      const allowed = maySee(
        { visibility, authorId: author.id, mentionedIds: [named.id] },
        viewer,
        viewer !== undefined && follows.has(viewer.accountId),
      )
      expect((await viewPost(world.db, id, viewer)) !== undefined).toBe(allowed)
    },
  )
})

test('the rule itself: who sees what', () => {
  const rule = (visibility: (typeof visibilities)[number]) =>
    Object.entries(viewers)
      .filter(([, viewer]) =>
        maySee(
          { visibility, authorId: author.id, mentionedIds: [named.id] },
          viewer,
          !!viewer && follows.has(viewer.accountId),
        ),
      )
      .map(([who]) => who)
  expect(rule('public')).toEqual(Object.keys(viewers))
  expect(rule('unlisted')).toEqual(Object.keys(viewers))
  expect(rule('followers')).toEqual(['follower', 'named', 'author', 'follower elsewhere'])
  expect(rule('direct')).toEqual(['named', 'author'])
})

test('a request that is not accepted opens nothing (S-047)', async () => {
  const id = await publishPost(world, locked, { text: 'for followers', visibility: 'followers' })
  expect(await viewPost(world.db, id, { accountId: asking.id })).toBeUndefined()
  await acceptFollow(world, { followerId: asking.id, followedId: locked.id })
  expect(await viewPost(world.db, id, { accountId: asking.id })).toBeDefined()
})
