import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { AccountId, PostId } from '../../../src/base/ids.ts'
import { visibilities } from '../../../src/base/visibility.ts'
import type { Account } from '../../../src/domain/accounts/account.ts'
import { findAccount } from '../../../src/domain/accounts/find.ts'
import { blockAccount } from '../../../src/domain/blocks/block.ts'
import { acceptFollow, undoFollow } from '../../../src/domain/follows/answer.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { maySee, type Viewer } from '../../../src/domain/posts/audience.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { viewPost, viewPosts } from '../../../src/views/posts.ts'
import { testDatabase } from '../../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world
const author = await personHere(world, 'author')
const stranger = await personHere(world, 'stranger')
const follower = await personHere(world, 'follower')
const former = await personHere(world, 'former')
const named = await personHere(world, 'named')
const blocked = await personHere(world, 'blocked')
const farBlocked = await personElsewhere(world, 'blocked')
const farFollower = await personElsewhere(world, 'follower')
const farStranger = await personElsewhere(world, 'stranger')
const locked = await personHere(world, 'locked', { manuallyApprovesFollowers: true })
const asking = await personElsewhere(world, 'asking')
await requestFollow(world, follower, author)
await requestFollow(world, former, author)
await undoFollow(world, { followerId: former.id, followedId: author.id })
await requestFollow(world, farFollower, author, `${farFollower.uri}#1`)
await requestFollow(world, asking, locked, `${asking.uri}#1`)
await requestFollow(world, blocked, author)
await blockAccount(world, author, blocked)
await blockAccount(world, author, farBlocked)

const viewers: Record<string, Viewer> = {
  nobody: undefined,
  stranger: { accountId: stranger.id },
  follower: { accountId: follower.id },
  'former follower': { accountId: former.id },
  named: { accountId: named.id },
  author: { accountId: author.id },
  blocked: { accountId: blocked.id },
  'follower elsewhere': { accountId: farFollower.id },
  'stranger elsewhere': { accountId: farStranger.id },
  'blocked elsewhere': { accountId: farBlocked.id },
}
const follows = new Set([follower.id, farFollower.id])
const apart = new Set([blocked.id, farBlocked.id])
const standingOf = (viewer: Viewer) => ({
  follows: viewer !== undefined && follows.has(viewer.accountId),
  apart: viewer !== undefined && apart.has(viewer.accountId),
})

describe.each(visibilities)('a %s post', (visibility) => {
  test.each(Object.keys(viewers))(
    'is shown to %s by the SQL exactly when the rule allows it',
    async (who) => {
      const viewer = viewers[who]
      const id = await publishPost(world, author, { text: `to @named, ${visibility} ${who}`, visibility })
      const audience = { visibility, authorId: author.id, mentionedIds: [named.id] }
      expect((await viewPost(db, id, viewer)) !== undefined).toBe(
        maySee(audience, viewer, standingOf(viewer)),
      )
    },
  )
})

test('the rule itself: who sees what', () => {
  const rule = (visibility: (typeof visibilities)[number]) =>
    Object.entries(viewers)
      .filter(([, viewer]) =>
        maySee({ visibility, authorId: author.id, mentionedIds: [named.id] }, viewer, standingOf(viewer)),
      )
      .map(([who]) => who)
  const everybody = Object.keys(viewers).filter((who) => !who.startsWith('blocked'))
  expect(rule('public')).toEqual(everybody)
  expect(rule('unlisted')).toEqual(everybody)
  expect(rule('followers')).toEqual(['follower', 'named', 'author', 'follower elsewhere'])
  expect(rule('direct')).toEqual(['named', 'author'])
})

test('a request that is not accepted opens nothing (S-047)', async () => {
  const id = await publishPost(world, locked, { text: 'for followers', visibility: 'followers' })
  expect(await viewPost(db, id, { accountId: asking.id })).toBeUndefined()
  await acceptFollow(world, { followerId: asking.id, followedId: locked.id })
  expect(await viewPost(db, id, { accountId: asking.id })).toBeDefined()
})

/** All that can stand between an author and a reader, in any combination. */
const scene = fc.record({
  visibility: fc.constantFrom(...visibilities),
  authorHere: fc.boolean(),
  reader: fc.constantFrom('nobody', 'author', 'here', 'elsewhere'),
  follows: fc.constantFrom('no', 'requested', 'accepted'),
  mentioned: fc.boolean(),
  authorBlocks: fc.boolean(),
  readerBlocks: fc.boolean(),
  authorRefusesDomain: fc.constantFrom('no', 'the domain', 'the domain above', 'another'),
  readerRefusesDomain: fc.constantFrom('no', 'the domain', 'the domain above', 'another'),
  authorIs: fc.constantFrom('there', 'there', 'there', 'suspended', 'suspended afar', 'limited', 'deleted'),
  held: fc.constantFrom('no', 'no', 'for the reader', 'for somebody'),
})
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never

/** Somebody without keys: making them takes longer than all the rest. */
async function person(name: string, host: string | null): Promise<Account> {
  const id = world.ids.next<AccountId>()
  const uri = host === null ? world.uris.actor(id) : `https://${host}/users/${name}`
  await db
    .insertInto('account')
    .values({ id, uri, name, host, local: host === null })
    .execute()
  const account = await findAccount(db, id)
  if (!account) throw new Error('not inserted')
  return account
}

let count = 0
async function play(one: Scene): Promise<{ sql: boolean; rule: boolean }> {
  const n = ++count
  const writer = await person(`w${n}`, one.authorHere ? null : `w${n}.deep.test`)
  const reader: Account | undefined =
    one.reader === 'nobody'
      ? undefined
      : one.reader === 'author'
        ? writer
        : one.reader === 'here'
          ? await person(`r${n}`, null)
          : await person(`r${n}`, `r${n}.deep.test`)
  const other = reader && reader.id !== writer.id ? reader : undefined
  const id = world.ids.next<PostId>()
  const now = world.clock.now()
  await db
    .insertInto('post')
    .values({
      id,
      uri: `${writer.uri}/scene`,
      local: writer.local,
      account_id: writer.id,
      visibility: one.visibility,
      content_html: '<p>x</p>',
      conversation_id: id,
      published_at: now,
      held: one.held !== 'no',
      in_reply_to_account_id: one.held === 'for the reader' ? (other?.id ?? null) : null,
    })
    .execute()
  if (other && one.mentioned)
    await db.insertInto('mention').values({ post_id: id, account_id: other.id }).execute()
  const canFollow = other && (other.local || writer.local) && one.follows !== 'no'
  if (other && canFollow)
    await db
      .insertInto('follow')
      .values({
        id: world.ids.next(),
        uri: `${other.uri}#follow`,
        follower_id: other.id,
        followed_id: writer.id,
        follower_local: other.local,
        followed_local: writer.local,
        state: one.follows as 'requested' | 'accepted',
      })
      .execute()
  const block = (account: Account, target: Account) =>
    db
      .insertInto('block')
      .values({
        account_id: account.id,
        target_id: target.id,
        id: world.ids.next(),
        uri: `${account.uri}#${target.id}`,
        created_at: now,
      })
      .execute()
  if (other && one.authorBlocks) await block(writer, other)
  if (other && one.readerBlocks) await block(other, writer)
  const domainIn = (kind: Scene['authorRefusesDomain'], target: Account) =>
    kind === 'the domain' ? target.host : kind === 'the domain above' ? 'deep.test' : 'eep.test'
  const refuse = (account: Account, kind: Scene['authorRefusesDomain'], target: Account) =>
    db
      .insertInto('user_domain_block')
      .values({ account_id: account.id, domain: domainIn(kind, target) ?? 'none.test', created_at: now })
      .execute()
  if (other && one.authorRefusesDomain !== 'no') await refuse(writer, one.authorRefusesDomain, other)
  if (other && one.readerRefusesDomain !== 'no') await refuse(other, one.readerRefusesDomain, writer)
  const hits = (kind: Scene['authorRefusesDomain'], target: Account) =>
    !target.local && (kind === 'the domain' || kind === 'the domain above')
  await db
    .updateTable('account')
    .set({
      suspended_at: one.authorIs === 'suspended' ? now : null,
      limited_at: one.authorIs === 'limited' ? now : null,
      deleted_at: one.authorIs === 'deleted' ? now : null,
      suspended_afar: one.authorIs === 'suspended afar',
    })
    .where('id', '=', writer.id)
    .execute()

  const isApart =
    other !== undefined &&
    (one.authorBlocks ||
      one.readerBlocks ||
      hits(one.authorRefusesDomain, other) ||
      hits(one.readerRefusesDomain, writer))
  const hidden = !['there', 'limited'].includes(one.authorIs)
  const viewer: Viewer = reader && { accountId: reader.id }
  const rule = maySee(
    {
      visibility: one.visibility,
      authorId: writer.id,
      mentionedIds: other && one.mentioned ? [other.id] : ([] as AccountId[]),
      authorHidden: hidden,
      ...(one.held !== 'no' && {
        held: { parentAuthorId: one.held === 'for the reader' ? (other?.id ?? null) : null },
      }),
    },
    viewer,
    { follows: canFollow === true && one.follows === 'accepted', apart: isApart },
  )
  const [seen] = await viewPosts(db, [id], viewer)
  // Lists leave out whoever is hidden, their own eyes included.
  const hiddenFromAll = one.authorIs === 'suspended' || one.authorIs === 'deleted'
  return { sql: seen !== undefined, rule: rule && !(hiddenFromAll && reader?.id === writer.id) }
}

test('whatever stands between the two, SQL and rule say the same', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (one) => {
      const { sql, rule } = await play(one)
      expect(sql).toBe(rule)
    }),
    { numRuns: 150, seed: Number(process.env.SEED ?? Date.now() % 1_000_000), endOnFailure: true },
  )
}, 120_000)
