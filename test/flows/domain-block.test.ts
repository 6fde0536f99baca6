import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Account, LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { blockDomain, unblockDomain } from '../../src/domain/moderation/domains.ts'
import {
  limitAccount,
  suspendAccount,
  unlimitAccount,
  unsuspendAccount,
} from '../../src/domain/moderation/suspend.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { listNotifications } from '../../src/views/notifications.ts'
import { listTagged } from '../../src/views/posts.ts'
import { listHome } from '../../src/views/timelines.ts'
import type { Person } from '../support/peer.ts'
import { eventually } from '../support/weft.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

let whole: Whole
let anna: LocalAccount
let bad: Person
let below: Person
let good: Person

beforeAll(async () => {
  whole = await startWhole(['bad.test', 'deep.bad.test', 'notbad.test', 'new.bad.test'])
  anna = await personHere(whole.world, 'anna')
  bad = await whole.peer.person('bo', { host: 'bad.test' })
  below = await whole.peer.person('bea', { host: 'deep.bad.test' })
  good = await whole.peer.person('gus', { host: 'notbad.test' })
  for (const person of [bad, below, good]) {
    await post(person, person.follow(anna.uri))
    await requestFollow(whole.world, anna, await known(person))
    await whole.settled()
    const asked = await person.receives(
      (activity) => activity.type === 'Follow' && activity.actor === anna.uri,
    )
    await post(person, person.accept(asked))
    await post(person, person.create(person.note(`${person.name} says #hello`, hello)))
  }
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const hello = { tag: [{ type: 'Hashtag', name: '#hello', href: 'https://x.test/hello' }] }
const inbox = `${ORIGIN}/ap/inbox`
async function post(person: Person, activity: Record<string, unknown>): Promise<number> {
  const { status } = await person.post(inbox, activity)
  await whole.settled()
  return status
}
const known = async (person: Person) => (await findAccountByUri(whole.db, person.uri)) as Account
const home = async () =>
  (await listHome(whole.db, anna.id, { limit: 40 })).items.map((each) => each.contentHtml).join()
const tagged = async (viewer?: LocalAccount) =>
  (
    await listTagged(whole.db, 'hello', { limit: 40, ...(viewer && { viewer: { accountId: viewer.id } }) })
  ).items.map((each) => each.author.name)

describe('S-092: a suspended domain and all below it', () => {
  beforeAll(async () => {
    expect(await tagged()).toEqual(expect.arrayContaining(['bo', 'bea', 'gus']))
    await blockDomain(whole.world, '*.BAD.test', { privateComment: 'spam' })
    await eventually(async () => expect(await post(bad, bad.create(bad.note('still there')))).toBe(403))
    await whole.settled()
  }, 30_000)

  test('is answered 403, whoever signs and whatever it is about', async () => {
    expect(await post(below, below.create(below.note('from below')))).toBe(403)
    expect(await post(bad, bad.delete(bad.uri))).toBe(403)
    expect(await post(good, good.create(good.note('another name, ends alike')))).toBe(202)
  })

  test('is hidden with all that was said before, and its follows are dropped', async () => {
    expect(await home()).not.toContain('bo says')
    expect(await home()).not.toContain('bea says')
    expect(await home()).toContain('gus says')
    expect(await tagged()).toEqual(['gus'])
    for (const person of [bad, below]) {
      const account = await known(person)
      expect(account.suspended).toBe(true)
      expect(await findFollow(whole.db, account.id, anna.id)).toBeUndefined()
      expect(await findFollow(whole.db, anna.id, account.id)).toBeUndefined()
    }
    expect(
      (await listNotifications(whole.db, anna.id, { limit: 40 })).items.map(({ from }) => from.name),
    ).toEqual(['gus'])
  })

  test('gets nothing more: no post, no Reject, no fetch', async () => {
    const before = whole.peer.requests.filter(
      ({ host }) => host.endsWith('.bad.test') || host === 'bad.test',
    ).length
    await publishPost(whole.world, anna, { text: 'hello @bo@bad.test', visibility: 'public' })
    await whole.settled()
    await good.receives((activity) => JSON.stringify(activity).includes('hello @'))
    expect(await post(good, good.create(good.note('see', { inReplyTo: bad.note('unseen').id })))).toBe(202)
    const after = whole.peer.requests.filter(
      ({ host }) => host.endsWith('.bad.test') || host === 'bad.test',
    ).length
    expect(after).toBe(before)
    await expect(requestFollow(whole.world, anna, await known(bad))).rejects.toMatchObject({
      code: 'host.blocked',
    })
  })

  test('reads nothing by a signature, of a host or of a person', async () => {
    const id = await publishPost(whole.world, anna, { text: 'open', visibility: 'public' })
    for (const path of [
      `/ap/posts/${id}`,
      `/ap/actors/${anna.id}`,
      '/.well-known/webfinger?resource=acct:anna@weft.test',
    ])
      for (const person of [bad, below]) expect((await person.get(ORIGIN + path)).status).toBe(403)
    expect((await good.get(`${ORIGIN}/ap/posts/${id}`)).status).toBe(200)
  })

  test('stays away in a process that starts later, and comes back when it is unblocked, without its follows', async () => {
    await unblockDomain(whole.world, 'bad.test')
    await eventually(async () =>
      expect(await post(bad, bad.create(bad.note('back #hello', hello)))).toBe(202),
    )
    await whole.settled()
    expect((await known(bad)).suspended).toBe(false)
    expect(await tagged()).toEqual(expect.arrayContaining(['bo', 'bea', 'gus']))
    expect(await findFollow(whole.db, anna.id, (await known(bad)).id)).toBeUndefined()
  }, 30_000)
})

describe('a domain that is limited', () => {
  test('is shown to its followers alone, also who of it is met for the first time', async () => {
    await requestFollow(whole.world, anna, await known(below))
    await whole.settled()
    const asked = below.received.findLast((activity) => activity.type === 'Follow')
    await post(below, below.accept(asked as Record<string, unknown>))
    await blockDomain(whole.world, 'bad.test', { severity: 'limit' })
    await whole.settled()
    expect(await tagged()).toEqual(['gus'])
    expect(await tagged(anna)).toEqual(expect.arrayContaining(['bea', 'gus']))
    expect(await tagged(anna)).not.toContain('bo')
    const fresh = await whole.peer.person('nell', { host: 'new.bad.test' })
    const mention = { tag: [{ type: 'Mention', href: anna.uri, name: '@anna' }], cc: [anna.uri] }
    expect(await post(fresh, fresh.create(fresh.note('hi', mention)))).toBe(202)
    const names = (await listNotifications(whole.db, anna.id, { limit: 40 })).items.map(
      ({ from }) => from.name,
    )
    expect(names).not.toContain('nell')
    await unblockDomain(whole.world, 'bad.test')
    await whole.settled()
    expect(await tagged()).toEqual(expect.arrayContaining(['bo', 'bea', 'gus']))
  }, 30_000)

  test('may be kept from bringing pictures', async () => {
    await blockDomain(whole.world, 'bad.test', { severity: 'none', rejectMedia: true })
    await whole.settled()
    const picture = { type: 'Image', mediaType: 'image/png', url: 'https://bad.test/a.png' }
    const note = bad.note('look, @anna', {
      attachment: [picture],
      cc: [anna.uri],
      tag: [{ type: 'Mention', href: anna.uri, name: '@anna' }],
    })
    expect(await post(bad, bad.create(note))).toBe(202)
    const row = await whole.db
      .selectFrom('post')
      .select('id')
      .where('uri', '=', String(note.id))
      .executeTakeFirstOrThrow()
    expect(
      await whole.db.selectFrom('attachment').selectAll().where('post_id', '=', row.id).execute(),
    ).toEqual([])
    await unblockDomain(whole.world, 'bad.test')
  })
})

describe('a suspended account', () => {
  test('elsewhere has no effect any more; its posts come back with it', async () => {
    const gus = await known(good)
    await suspendAccount(whole.world, gus)
    await whole.settled()
    expect(
      good.received
        .slice(-2)
        .map((activity) => activity.type)
        .toSorted(),
    ).toEqual(['Reject', 'Undo'])
    expect(await home()).not.toContain('gus says')
    const note = good.note('anything?')
    expect(await post(good, good.create(note))).toBe(202)
    expect(
      await whole.db.selectFrom('post').select('id').where('uri', '=', String(note.id)).execute(),
    ).toEqual([])
    await post(good, good.follow(anna.uri))
    expect(await findFollow(whole.db, gus.id, anna.id)).toBeUndefined()
    expect((await good.get(`${ORIGIN}/ap/actors/${anna.id}/outbox`)).status).toBe(403)
    await unsuspendAccount(whole.world, gus)
    expect(await tagged()).toContain('gus')
    await expect(unsuspendAccount(whole.world, gus)).rejects.toMatchObject({ code: 'account.not-restricted' })
  })

  test('of ours says so to its followers, shows nothing, says nothing, and all of it can be taken back', async () => {
    const ben = await personHere(whole.world, 'ben')
    await post(good, good.follow(ben.uri))
    const id = await publishPost(whole.world, ben, { text: 'ben was here', visibility: 'public' })
    const activity = { headers: { accept: 'application/activity+json' } }
    expect((await whole.ask(`/ap/posts/${id}`, activity)).status).toBe(200)
    await suspendAccount(whole.world, ben)
    await whole.settled()
    const told = await good.receives((each) => each.type === 'Update' && each.actor === ben.uri)
    expect(told.object).toMatchObject({ id: ben.uri, suspended: true })
    await eventually(async () => expect((await whole.ask(`/ap/posts/${id}`, activity)).status).toBe(404))
    expect((await whole.ask(`/@ben/${id}`, { headers: { accept: 'text/html' } })).status).toBe(404)
    expect((await whole.ask('/@ben', { headers: { accept: 'text/html' } })).status).toBe(403)
    const suspended = { ...ben, suspended: true }
    await expect(
      publishPost(whole.world, suspended, { text: 'more', visibility: 'public' }),
    ).rejects.toMatchObject({ code: 'account.suspended' })
    await unsuspendAccount(whole.world, ben)
    await eventually(async () => expect((await whole.ask(`/ap/posts/${id}`, activity)).status).toBe(200))
  }, 30_000)

  test('that is only limited is hidden from who does not follow it', async () => {
    const gus = await known(good)
    await limitAccount(whole.world, gus)
    expect(await tagged()).not.toContain('gus')
    await unlimitAccount(whole.world, gus)
    expect(await tagged()).toContain('gus')
  })
})
