import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Account, LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { blockAccount, preferTellingOfBlocks, unblockAccount } from '../../src/domain/blocks/block.ts'
import { blockDomainFor, unblockDomainFor } from '../../src/domain/blocks/domain.ts'
import { endMutes, muteAccount, unmuteAccount } from '../../src/domain/blocks/mute.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { listNotifications } from '../../src/views/notifications.ts'
import { listHome } from '../../src/views/timelines.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let carl: Person
let farCarl: Account

beforeAll(async () => {
  whole = await startWhole(['far.test', 'other.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  carl = await whole.peer.person('carl', { host: 'far.test' })
  await tied()
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const inbox = `${ORIGIN}/ap/inbox`
const send = async (person: Person, activity: Record<string, unknown>) => {
  expect((await person.post(inbox, activity)).status).toBe(202)
  await whole.settled()
}
const home = async (account: LocalAccount) =>
  (await listHome(whole.db, account.id, { limit: 40 })).items.map((post) => post.contentHtml).join()
const notices = async (account: LocalAccount) =>
  (await listNotifications(whole.db, account.id, { limit: 40 })).items
const stored = (uri: unknown) =>
  whole.db.selectFrom('post').select('id').where('uri', '=', String(uri)).executeTakeFirst()

/** Anna and Carl follow each other. */
async function tied(): Promise<void> {
  await send(carl, carl.follow(anna.uri))
  farCarl = (await findAccountByUri(whole.db, carl.uri)) as Account
  await requestFollow(whole.world, anna, farCarl)
  await whole.settled()
  const asked = await carl.receives((activity) => activity.type === 'Follow' && activity.actor === anna.uri)
  await send(carl, carl.accept(asked))
  expect(await findFollow(whole.db, anna.id, farCarl.id)).toMatchObject({ state: 'accepted' })
}

describe('S-090, S-091: somebody elsewhere who is blocked', () => {
  let said: Record<string, unknown>
  beforeAll(async () => {
    said = carl.note('before the block, to @anna', {
      tag: [{ type: 'Mention', href: anna.uri, name: '@anna' }],
      cc: [`${carl.uri}/followers`, anna.uri],
    })
    await send(carl, carl.create(said))
    expect(await home(anna)).toContain('before the block')
    expect(await notices(anna)).toContainEqual(expect.objectContaining({ kind: 'mention' }))
    await blockAccount(whole.world, anna, farCarl)
    await whole.settled()
  }, 30_000)

  test('is told so by a Block, after both follows have ended by an Undo and a Reject', async () => {
    const types = carl.received.map((activity) => activity.type)
    expect(types.slice(-3)).toEqual(['Undo', 'Reject', 'Block'])
    expect(await carl.receives('Block')).toMatchObject({
      actor: anna.uri,
      object: carl.uri,
      to: [carl.uri],
    })
    expect(await carl.receives('Undo')).toMatchObject({ object: { type: 'Follow', object: carl.uri } })
    expect(await carl.receives('Reject')).toMatchObject({ object: { type: 'Follow', actor: carl.uri } })
    expect(await findFollow(whole.db, anna.id, farCarl.id)).toBeUndefined()
    expect(await findFollow(whole.db, farCarl.id, anna.id)).toBeUndefined()
  })

  test('is gone from the home and the notifications of who blocked them', async () => {
    expect(await home(anna)).not.toContain('before the block')
    expect(await notices(anna)).toEqual([])
  })

  test('cannot follow again: the Follow is rejected, and nobody is notified', async () => {
    await send(carl, carl.follow(anna.uri))
    expect(carl.received.at(-1)).toMatchObject({ type: 'Reject' })
    expect(await findFollow(whole.db, farCarl.id, anna.id)).toBeUndefined()
    expect(await notices(anna)).toEqual([])
  })

  test('cannot answer, mention, write to, like or boost, and nothing of it is kept', async () => {
    const uri = whole.world.uris.post(
      await publishPost(whole.world, anna, { text: 'to everyone', visibility: 'public' }),
    )
    const direct = { to: [anna.uri], cc: [], tag: [{ type: 'Mention', href: anna.uri, name: '@anna' }] }
    const notes = [carl.note('an answer', { inReplyTo: uri }), carl.note('a letter', direct)]
    for (const note of notes) {
      await send(carl, carl.create(note))
      expect(await stored(note.id)).toBeUndefined()
    }
    await send(carl, carl.activity('Like', uri))
    await send(carl, carl.activity('Announce', uri, { to: ['https://www.w3.org/ns/activitystreams#Public'] }))
    const stat = await whole.db.selectFrom('post_stat').selectAll().executeTakeFirst()
    expect(stat?.likes ?? 0).toBe(0)
    expect(stat?.boosts ?? 0).toBe(0)
    expect(await notices(anna)).toEqual([])
  })

  test('reads nothing by their signature but what checks the Block', async () => {
    const id = await publishPost(whole.world, anna, { text: 'not for Carl', visibility: 'public' })
    const { uris } = whole.world
    expect(
      (await whole.ask(`/ap/posts/${id}`, { headers: { accept: 'application/activity+json' } })).status,
    ).toBe(200)
    expect((await carl.get(uris.post(id))).status).toBe(404)
    expect((await carl.get(uris.outbox(anna.id))).status).toBe(404)
    expect((await carl.get(uris.followers(anna.id))).status).toBe(404)
    const actor = await carl.get(anna.uri)
    expect(actor.status).toBe(200)
    const shown = actor.json ?? {}
    expect(shown).toMatchObject({ id: anna.uri, publicKey: { owner: anna.uri } })
    expect(Object.keys(shown)).not.toContain('summary')
    expect(Object.keys(shown)).not.toContain('outbox')
  })

  test('hears nothing more, not even where they are named', async () => {
    const before = carl.received.length
    await publishPost(whole.world, anna, { text: 'about @carl@far.test', visibility: 'public' })
    await publishPost(whole.world, anna, { text: '@carl@far.test alone', visibility: 'direct' })
    await whole.settled()
    expect(carl.received.length).toBe(before)
  })

  test('may come back once it is taken back, and is told so with the whole Block', async () => {
    await unblockAccount(whole.world, anna, farCarl)
    await whole.settled()
    expect(carl.received.at(-1)).toMatchObject({
      type: 'Undo',
      object: { type: 'Block', actor: anna.uri, object: carl.uri },
    })
    await send(carl, carl.follow(anna.uri))
    expect(await findFollow(whole.db, farCarl.id, anna.id)).toMatchObject({ state: 'accepted' })
  })
})

test('nobody is told where that is not wanted, and nobody of the end of it either', async () => {
  await preferTellingOfBlocks(whole.world, anna, false)
  const before = carl.received.length
  await blockAccount(whole.world, anna, farCarl)
  await unblockAccount(whole.world, anna, farCarl)
  await whole.settled()
  expect(carl.received.slice(before).map((activity) => activity.type)).toEqual(['Reject'])
  await preferTellingOfBlocks(whole.world, anna, true)
})

describe('somebody elsewhere who blocks somebody here', () => {
  test('is seen by them no more, and followed by them no more, until the Undo', async () => {
    const said = carl.note('before Carl blocks')
    await tied()
    await send(carl, carl.create(said))
    expect(await home(anna)).toContain('before Carl blocks')
    const block = carl.activity('Block', anna.uri, { to: [anna.uri] })
    await send(carl, block)
    expect(await home(anna)).not.toContain('before Carl blocks')
    expect(await findFollow(whole.db, anna.id, farCarl.id)).toBeUndefined()
    expect(carl.received.at(-1)).toMatchObject({ type: 'Undo', object: { type: 'Follow', actor: anna.uri } })
    await expect(requestFollow(whole.world, anna, farCarl)).rejects.toMatchObject({ code: 'follow.blocked' })
    const parent = (await stored(said.id))?.id
    await expect(
      publishPost(whole.world, anna, {
        text: 'but',
        visibility: 'public',
        ...(parent && { replyTo: parent }),
      }),
    ).rejects.toMatchObject({ code: 'post.parent-not-found' })

    // Nobody else can take it back (S-045).
    const eve = await whole.peer.person('eve', { host: 'other.test' })
    await send(eve, eve.undo(block))
    await expect(requestFollow(whole.world, anna, farCarl)).rejects.toMatchObject({ code: 'follow.blocked' })
    await send(carl, carl.undo(block))
    expect(await requestFollow(whole.world, anna, farCarl)).toBe('requested')
  }, 30_000)
})

describe('two people here', () => {
  test('who are kept apart see nothing of each other, and can do nothing to each other', async () => {
    await requestFollow(whole.world, ben, anna)
    await publishPost(whole.world, anna, { text: 'among neighbours', visibility: 'followers' })
    const open = await publishPost(whole.world, anna, { text: 'anna says hello', visibility: 'public' })
    expect(await home(ben)).toContain('anna says hello')
    await blockAccount(whole.world, anna, ben)
    expect(await home(ben)).not.toContain('anna says hello')
    expect(await findFollow(whole.db, ben.id, anna.id)).toBeUndefined()
    await expect(requestFollow(whole.world, ben, anna)).rejects.toMatchObject({ code: 'follow.blocked' })
    await expect(
      publishPost(whole.world, ben, { text: 'hi', visibility: 'public', replyTo: open }),
    ).rejects.toMatchObject({ code: 'post.parent-not-found' })
    await publishPost(whole.world, ben, { text: 'hey @anna', visibility: 'public' })
    expect((await notices(anna)).filter(({ from }) => from.id === ben.id)).toEqual([])
    await unblockAccount(whole.world, anna, ben)
    await expect(blockAccount(whole.world, anna, anna)).rejects.toMatchObject({ code: 'block.self' })
  })

  test('one of whom mutes the other: home and notifications are quiet, for as long as was said', async () => {
    await requestFollow(whole.world, anna, ben)
    await publishPost(whole.world, ben, { text: 'before the mute', visibility: 'public' })
    expect(await home(anna)).toContain('before the mute')
    await muteAccount(whole.world, anna, ben, { seconds: 60 })
    expect(await home(anna)).not.toContain('before the mute')
    await publishPost(whole.world, ben, { text: 'during, @anna', visibility: 'public' })
    expect(await home(anna)).not.toContain('during')
    expect((await notices(anna)).filter(({ from }) => from.id === ben.id)).toEqual([])
    expect(await findFollow(whole.db, anna.id, ben.id)).toMatchObject({ state: 'accepted' })

    await whole.db
      .updateTable('mute')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .execute()
    await endMutes({ ...whole.world, clock: { now: () => new Date() } })
    expect(await home(anna)).toContain('during')

    await muteAccount(whole.world, anna, ben, { notifications: false })
    await publishPost(whole.world, ben, { text: 'still heard, @anna', visibility: 'public' })
    expect((await notices(anna)).filter(({ from }) => from.id === ben.id)).toHaveLength(1)
    await unmuteAccount(whole.world, anna, ben)
    await expect(unmuteAccount(whole.world, anna, ben)).rejects.toMatchObject({ code: 'mute.not-found' })
  })
})

test('a domain that one person blocks is far from that person alone, with all below it', async () => {
  await tied()
  await blockDomainFor(whole.world, anna, 'FAR.test')
  await whole.settled()
  expect(await findFollow(whole.db, farCarl.id, anna.id)).toBeUndefined()
  expect(await findFollow(whole.db, anna.id, farCarl.id)).toBeUndefined()
  await requestFollow(whole.world, ben, farCarl)
  await send(carl, carl.create(carl.note('for Ben', { cc: [anna.uri, ben.uri] })))
  expect((await notices(anna)).filter(({ from }) => from.id === farCarl.id)).toEqual([])
  await expect(requestFollow(whole.world, anna, farCarl)).rejects.toMatchObject({ code: 'follow.blocked' })
  await unblockDomainFor(whole.world, anna, 'far.test')
  expect(await requestFollow(whole.world, anna, farCarl)).toBe('requested')
  await expect(blockDomainFor(whole.world, anna, 'weft.test')).rejects.toMatchObject({
    code: 'domain.invalid',
  })
}, 30_000)
