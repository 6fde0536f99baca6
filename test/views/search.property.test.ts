import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AccountId, PostId } from '../../src/base/ids.ts'
import { visibilities } from '../../src/base/visibility.ts'
import type { Account, LocalAccount } from '../../src/domain/accounts/account.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { blockDomainFor } from '../../src/domain/blocks/domain.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { visibleTo } from '../../src/domain/posts/audience.ts'
import { searchQueryFrom } from '../../src/text/search-query.ts'
import { searchPosts } from '../../src/views/search.ts'
import { testDatabase } from '../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../support/world.ts'

const database = await testDatabase()
const { db } = database
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(db)

/** Who reads, and who writes: one for each thing that can stand between them. */
let ada: LocalAccount
let authors: Account[]
let silent: Set<AccountId>

beforeAll(async () => {
  ada = await personHere(world, 'ada')
  const author = (name: string, host?: string) => personElsewhere(world, name, host)
  const plain = await author('plain')
  const followed = await author('followed')
  const blocked = await author('blocked')
  const blocking = await personHere(world, 'blocking')
  const muted = await author('muted')
  const limited = await author('limited')
  const limitedFollowed = await author('limitedfollowed')
  const suspended = await author('suspended')
  const refused = await author('refused', 'refused.test')
  authors = [ada, plain, followed, blocked, blocking, muted, limited, limitedFollowed, suspended, refused]
  silent = new Set([muted.id, limited.id])
  for (const { id } of [followed, limitedFollowed])
    await sql`INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local)
      VALUES (${id}, ${ada.id}, ${id}, ${`f${id}`}, 'accepted', false, true)`.execute(db)
  await blockAccount(world, ada, blocked)
  await blockAccount(world, blocking, ada)
  await muteAccount(world, ada, muted)
  await blockDomainFor(world, ada, 'refused.test')
  await sql`UPDATE account SET limited_at = now() WHERE id IN (${limited.id}, ${limitedFollowed.id})`.execute(
    db,
  )
  await sql`UPDATE account SET suspended_at = now() WHERE id = ${suspended.id}`.execute(db)
}, 60_000)

const seldom = fc.nat({ max: 7 }).map((n) => n === 7)
const posts = fc.array(
  fc.record({
    author: fc.nat({ max: 9 }),
    visibility: fc.constantFrom(...visibilities, 'public' as const, 'public' as const),
    held: seldom,
    toAda: seldom,
    mentions: seldom,
    likes: seldom,
    marked: seldom,
    boost: seldom,
    rare: fc.boolean(),
    media: fc.boolean(),
    sensitive: fc.boolean(),
    reply: fc.boolean(),
    language: fc.constantFrom('en', 'de', 'pt-BR', null),
  }),
  { minLength: 1, maxLength: 40, size: 'max' },
)
const open = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 })

test('what is found is what may be seen and what may be searched, whatever is looked for; and all of it', async () => {
  let next = 1_000_000_000_000n
  await fc.assert(
    fc.asyncProperty(posts, open, async (said, indexable) => {
      await sql`DELETE FROM post`.execute(db)
      for (const [n, { id }] of authors.entries())
        await sql`UPDATE account SET indexable = ${indexable[n] ?? false} WHERE id = ${id}`.execute(db)
      const made = said.map((post) => ({
        ...post,
        by: authors[post.author] ?? ada,
        id: `${++next}` as PostId,
      }))
      for (const post of made) {
        await sql`INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at, held,
            in_reply_to_account_id, in_reply_to_uri, sensitive, language, boost_of_id)
          VALUES (${post.id}, ${`https://far.test/${post.id}`}, false, ${post.by.id}, ${post.visibility}, ${post.id}, '<p>x</p>',
            '2026-01-01', ${post.held}, ${post.toAda ? ada.id : null}, ${post.reply ? 'https://far.test/0' : null},
            ${post.sensitive}, ${post.language}, ${post.boost ? post.id : null})`.execute(db)
        await sql`INSERT INTO post_search (post_id, vector) VALUES (${post.id}, ${post.rare ? "'heron':1 'teal':2" : "'heron':1"})`.execute(
          db,
        )
        if (post.mentions)
          await sql`INSERT INTO mention (post_id, account_id) VALUES (${post.id}, ${ada.id})`.execute(db)
        if (post.likes)
          await sql`INSERT INTO reaction (post_id, account_id, id, uri) VALUES (${post.id}, ${ada.id}, ${post.id}, ${`l${post.id}`})`.execute(
            db,
          )
        if (post.marked)
          await sql`INSERT INTO bookmark (post_id, account_id, id, created_at) VALUES (${post.id}, ${ada.id}, ${post.id}, now())`.execute(
            db,
          )
        if (post.media)
          await sql`INSERT INTO attachment (id, account_id, post_id, kind, url) VALUES (${post.id}, ${post.by.id}, ${post.id}, 'image', 'x')`.execute(
            db,
          )
      }
      const { rows } = await sql<{
        id: PostId
      }>`SELECT id FROM post WHERE ${visibleTo({ accountId: ada.id })}`.execute(db)
      const visible = new Set(rows.map(({ id }) => id))
      type Made = (typeof made)[number]
      const isNear = ({ by, mentions, likes, marked }: Made) =>
        by.id === ada.id || mentions || likes || marked
      const isOpen = ({ by, visibility, author }: Made) =>
        visibility === 'public' && indexable[author] === true && !silent.has(by.id)
      const looked: readonly (readonly [q: string, meant: (post: Made) => boolean, more?: object])[] = [
        ['heron', () => true],
        ['teal', ({ rare }) => rare],
        ['heron -teal', ({ rare }) => !rare],
        ['-teal', ({ rare }) => !rare],
        ['in:all', () => true],
        ['in:library', isNear],
        ['in:public', ({ visibility }) => visibility === 'public'],
        ['-in:library heron', (post) => !isNear(post)],
        ['has:media', ({ media }) => media],
        ['heron has:image -is:reply', ({ media, reply }) => media && !reply],
        ['is:sensitive', ({ sensitive }) => sensitive],
        ['is:reply language:de', ({ reply, language }) => reply && language === 'de'],
        ['language:pt', ({ language }) => language === 'pt-BR'],
        ['before:2026-02-01 teal', ({ rare }) => rare],
        [
          'has:media',
          ({ media, by }) => media && by.id === authors[2]?.id,
          { from: [{ accountId: authors[2]?.id, not: false }] },
        ],
        ['heron', ({ by }) => by.id !== ada.id, { from: [{ accountId: ada.id, not: true }] }],
      ]
      for (const [q, meant, more] of looked) {
        const { terms, ...query } = searchQueryFrom(q)
        const search = {
          ...query,
          terms: terms.flatMap((term) => (term.by === 'from' ? [] : [term])),
          from: [],
          offset: 0,
          ...more,
        }
        const expected = made
          .filter(
            (post) => visible.has(post.id) && !post.boost && (isNear(post) || isOpen(post)) && meant(post),
          )
          .map(({ id }) => id)
          .toReversed()
        expect(await searchPosts(db, ada.id, { ...search, limit: 40 }), q).toEqual(expected)
        expect(await searchPosts(db, ada.id, { ...search, limit: 2, offset: 1 }), q).toEqual(
          expected.slice(1, 3),
        )
        expect(await searchPosts(db, ada.id, { ...search, limit: 3, minId: '1' }), q).toEqual(
          expected.slice(-3),
        )
      }
    }),
    { numRuns: 25 },
  )
}, 120_000)
