import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { profileOf, withoutSignatures } from '../../src/federation/host-profile.ts'
import { findHost, listHosts } from '../../src/jobs/host-list.ts'
import { createDispatcher, type GuardedDispatcher } from '../../src/remote/dispatcher.ts'
import { softwareChore } from '../../src/remote/software.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

const NODEINFO = 'http://nodeinfo.diaspora.software/ns/schema'

describe('what is known of other servers', () => {
  let whole: Whole
  let alice: Person
  let dispatcher: GuardedDispatcher
  let learn: () => Promise<void>

  beforeAll(async () => {
    whole = await startWhole(['far.test', 'odd.test', 'silent.test'])
    alice = await whole.peer.person('alice', { host: 'far.test' })
    dispatcher = createDispatcher({ ca: whole.peer.ca, pretend: whole.peer.pretend, global: false })
    learn = softwareChore({ db: whole.db, dispatcher, uris: whole.world.uris, clock: whole.clock })
  }, 60_000)
  afterAll(async () => {
    await dispatcher?.close()
    await whole?.[Symbol.asyncDispose]()
    expect(whole?.errors).toEqual([])
  })

  test('a host that speaks and is spoken to: when it was heard of, when it took something, and by which signature', async () => {
    const anna = await personHere(whole.world, 'anna')
    expect((await alice.post(`${ORIGIN}/ap/inbox`, alice.follow(anna.uri))).status).toBe(202)
    await whole.settled()
    await alice.receives('Accept')
    await whole.settled()
    const host = await findHost(whole.db, 'FAR.test')
    expect(host).toMatchObject({
      name: 'far.test',
      state: 'good',
      knock: 'cavage',
      waiting: 0,
      accounts: 1,
      sharedInbox: alice.sharedInbox,
      software: null,
      lastFailureAt: null,
    })
    expect(host?.heardAt).toBeInstanceOf(Date)
    expect(host?.lastSuccessAt).toBeInstanceOf(Date)
  })

  test('its software, as its NodeInfo says, asked for once in two weeks', async () => {
    whole.peer.answer('https://far.test/.well-known/nodeinfo', {
      body: {
        links: [
          { rel: `${NODEINFO}/2.0`, href: 'https://far.test/nodeinfo/2.0' },
          { rel: `${NODEINFO}/2.1`, href: 'https://far.test/nodeinfo/2.1' },
        ],
      },
    })
    whole.peer.answer('https://far.test/nodeinfo/2.1', {
      body: { version: '2.1', software: { name: 'akkoma', version: '3.15.2' } },
    })
    await learn()
    await learn()
    expect(await findHost(whole.db, 'far.test')).toMatchObject({
      software: 'akkoma',
      softwareVersion: '3.15.2',
    })
    expect(whole.peer.hits('https://far.test/.well-known/nodeinfo')).toBe(1)
  })

  test('a host that answers nonsense, sends us on to another, or says nothing stays unknown', async () => {
    for (const name of ['odd.test', 'silent.test', 'none.test']) {
      await whole.db
        .insertInto('host')
        .values({ name, heard_at: new Date() } as never)
        .execute()
    }
    whole.peer.answer('https://odd.test/.well-known/nodeinfo', {
      body: { links: [{ rel: `${NODEINFO}/2.1`, href: 'https://far.test/nodeinfo/2.1' }] },
    })
    whole.peer.answer('https://silent.test/.well-known/nodeinfo', { status: 500 })
    await learn()
    const unknown = (await listHosts(whole.db, { limit: 10 })).filter(({ software }) => software === null)
    expect(unknown.map(({ name }) => name)).toEqual(['none.test', 'odd.test', 'silent.test'])
  })

  test('a host that cannot be reached: since when, why, and what waits for it', async () => {
    const known = await findAccountByUri(whole.db, alice.uri)
    const ben = await personHere(whole.world, 'ben')
    whole.peer.answer(alice.sharedInbox, { status: 503 })
    whole.peer.answer(alice.inbox, { status: 503 })
    await requestFollow(whole.world, ben, known as NonNullable<typeof known>)
    await whole.settled()
    const [host] = await listHosts(whole.db, { limit: 10, troubled: true })
    expect(host).toMatchObject({ name: 'far.test', state: 'failing', failures: 1, waiting: 1 })
    expect(host?.lastError).toContain('503')
    expect(host?.lastFailureAt).toBeInstanceOf(Date)
  })
})

test('Threads gets no signatures within activities, and nobody else goes without', () => {
  expect(profileOf('www.threads.net').signedContent).toBe(false)
  expect(profileOf('threads.net').signedContent).toBe(false)
  expect(profileOf('notthreads.net').signedContent).toBe(true)
  const body = JSON.stringify({ id: 'x', proof: { a: 1 }, object: { proof: 'kept' }, signature: {} })
  expect(withoutSignatures(body)).toBe('{"id":"x","object":{"proof":"kept"}}')
})
