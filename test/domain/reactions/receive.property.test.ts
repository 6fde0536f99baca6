import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { Account } from '../../../src/domain/accounts/account.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import type { IncomingReaction } from '../../../src/domain/reactions/reaction.ts'
import { receiveReactions } from '../../../src/domain/reactions/receive.ts'
import { viewPost } from '../../../src/views/posts.ts'
import { viewReactions } from '../../../src/views/reactions.ts'
import { testDatabase } from '../../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const anna = await personHere(world, 'anna')
const people = [await personElsewhere(world, 'carl'), await personElsewhere(world, 'dora', 'else.test')]

const kinds = ['like', 'emoji', 'boost'] as const
type Kind = (typeof kinds)[number]

interface Act {
  readonly who: number
  readonly kind: Kind
  readonly undone: boolean
  /** how its Undo names it */
  readonly named: 'id' | 'whole'
}
interface Delivery {
  readonly act: number
  readonly undo: boolean
}

const acts = fc.array(
  fc.record({
    who: fc.integer({ min: 0, max: people.length - 1 }),
    kind: fc.constantFrom(...kinds),
    undone: fc.boolean(),
    named: fc.constantFrom('id' as const, 'whole' as const),
  }),
  { minLength: 1, maxLength: 5 },
)

/** All that was done and undone, some of it twice, in any order, cut into batches. */
const story = acts.chain((done) => {
  const all = done.flatMap(({ undone }, act): Delivery[] => [
    { act, undo: false },
    ...(undone ? [{ act, undo: true }] : []),
  ])
  return fc
    .tuple(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.shuffledSubarray(all),
      fc.integer({ min: 1, max: 4 }),
    )
    .map(([once, again, size]) => ({ done, deliveries: [...once, ...again], size }))
})

let turn = 0

function incomingFrom(act: Act, n: number, postUri: string, undo: boolean): IncomingReaction {
  const actor = people[act.who] as Account
  const uri = `${actor.uri}/did/${turn}-${n}`
  const emoji = act.kind === 'emoji' ? { emoji: '🔥', url: null } : null
  const kind = act.kind === 'boost' ? 'boost' : 'like'
  if (undo) return { kind: 'undo', uri, of: act.named === 'id' ? undefined : { kind, postUri, emoji } }
  if (kind === 'like') return { kind, uri, postUri, emoji }
  return { kind, uri, postUri, visibility: 'public', publishedAt: world.clock.now() }
}

test('in whatever order and however often they come, what stands in the database is the same', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ done, deliveries, size }) => {
      turn += 1
      const post = await publishPost(world, anna, { text: 'something', visibility: 'public' })
      const postUri = world.uris.post(post)
      for (let at = 0; at < deliveries.length; at += size) {
        await receiveReactions(
          world,
          deliveries.slice(at, at + size).map(({ act, undo }) => ({
            incoming: incomingFrom(done[act] as Act, act, postUri, undo),
            actor: people[(done[act] as Act).who] as Account,
          })),
        )
      }
      const standing = (kind: Kind) =>
        new Set(done.filter((act) => act.kind === kind && !act.undone).map(({ who }) => who)).size
      expect(await viewPost(world.db, post, undefined)).toMatchObject({
        counts: { likes: standing('like'), boosts: standing('boost') },
      })
      const groups = (await viewReactions(world.db, [post], undefined)).get(post) ?? []
      expect(groups.map(({ count }) => count)).toEqual(standing('emoji') === 0 ? [] : [standing('emoji')])
    }),
    { numRuns: 30 },
  )
}, 60_000)
