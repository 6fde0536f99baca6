import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Account, LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { registerAccount } from '../../src/domain/accounts/register.ts'
import { blockDomain } from '../../src/domain/moderation/domains.ts'
import { reportAccount, resolveReport } from '../../src/domain/moderation/report.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { listNotifications } from '../../src/views/notifications.ts'
import { listReports } from '../../src/views/reports.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

let whole: Whole
let owner: LocalAccount
let anna: LocalAccount
let server: Person

beforeAll(async () => {
  whole = await startWhole(['far.test', 'loud.test', 'quiet.test'])
  owner = await registerAccount(whole.world, { name: 'olga', role: 'owner' })
  anna = await personHere(whole.world, 'anna')
  server = await whole.peer.person('far.test', { host: 'far.test', actor: { type: 'Application' } })
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const inbox = `${ORIGIN}/ap/inbox`
async function flag(from: Person, object: unknown, more: Record<string, unknown> = {}) {
  const { status } = await from.post(inbox, from.activity('Flag', object, { to: [anna.uri], ...more }))
  await whole.settled()
  return status
}
const reports = async () => (await listReports(whole.db, { limit: 100 })).items
const notices = async () =>
  (await listNotifications(whole.db, owner.id, { limit: 40 })).items.filter(({ kind }) => kind === 'report')

describe('a Flag from elsewhere', () => {
  test('is a report with its posts, known or not, and whoever looks after reports is told', async () => {
    const id = await publishPost(whole.world, anna, { text: 'dubious', visibility: 'public' })
    const uri = whole.world.uris.post(id)
    const foreign = 'https://elsewhere.test/posts/1'
    expect(await flag(server, [anna.uri, uri, foreign], { content: 'please look' })).toBe(202)
    expect(await reports()).toMatchObject([
      { target: { id: anna.id }, host: 'far.test', comment: 'please look', postUris: [uri, foreign] },
    ])
    expect(await notices()).toMatchObject([{ from: { id: anna.id } }])
  })

  test('may name posts alone, or as whole objects, and hold markup', async () => {
    const id = await publishPost(whole.world, anna, { text: 'more', visibility: 'public' })
    const post = { type: 'Note', id: whole.world.uris.post(id), actor: anna.uri, content: 'more' }
    await flag(server, [post], { content: '<p>rude <b>words</b></p>' })
    expect((await reports())[0]).toMatchObject({ target: { id: anna.id }, comment: 'rude words' })
  })

  test('about nobody here, or twice the same, makes none; S-051: nor does a flood', async () => {
    const before = (await reports()).length
    await flag(server, ['https://far.test/users/x'])
    const same = server.activity('Flag', [anna.uri], { content: 'once' })
    await server.post(inbox, same)
    await server.post(inbox, same)
    await whole.settled()
    expect(await reports()).toHaveLength(before + 1)
    const loud = await whole.peer.person('loud', { host: 'loud.test' })
    for (let n = 0; n < 70; n++)
      await loud.post(inbox, loud.activity('Flag', [anna.uri], { content: `${n}` }))
    await whole.settled()
    expect((await reports()).filter(({ host }) => host === 'loud.test').length).toBe(60)
  }, 60_000)

  test('too long a text is cut; one from a host whose reports are not wanted is dropped', async () => {
    await flag(server, [anna.uri], { content: 'x'.repeat(9000) })
    expect((await reports())[0]?.comment).toHaveLength(5000)
    await blockDomain(whole.world, 'quiet.test', { severity: 'none', rejectReports: true })
    const quiet = await whole.peer.person('quiet', { host: 'quiet.test' })
    const before = (await reports()).length
    expect(await flag(quiet, [anna.uri])).toBe(202)
    expect(await reports()).toHaveLength(before)
  })

  test('once all about somebody are resolved, nobody is told of any', async () => {
    for (const { id } of await reports()) await resolveReport(whole.world, id, owner.id)
    expect(await reports()).toEqual([])
    expect(await notices()).toEqual([])
    expect((await listReports(whole.db, { limit: 10, resolved: true })).items).toHaveLength(10)
  })
})

describe('a report of somebody elsewhere', () => {
  test('goes to their server as a Flag of ours, which does not say who complained', async () => {
    const carl = await whole.peer.person('carl', { host: 'far.test' })
    const note = carl.note('nasty')
    await carl.post(inbox, carl.follow(anna.uri))
    await whole.settled()
    const target = (await findAccountByUri(whole.db, carl.uri)) as Account
    await reportAccount(whole.world, anna, target, { postUris: [String(note.id)], comment: 'rules' })
    await whole.settled()
    const sent = await carl.receives('Flag')
    expect(sent).toMatchObject({
      actor: whole.world.uris.instanceActor,
      object: [carl.uri, note.id],
      content: 'rules',
    })
    expect(JSON.stringify(sent)).not.toContain(anna.uri)
    expect((await carl.get(String(sent.id))).status).toBe(404)
    expect(await reports()).toMatchObject([
      { target: { id: target.id }, reporter: { id: anna.id }, forwarded: true },
    ])
    const before = carl.received.length
    await reportAccount(whole.world, anna, target, { postUris: [], comment: 'quietly', forward: false })
    await whole.settled()
    expect(carl.received.length).toBe(before)
    await expect(
      reportAccount(whole.world, anna, target, { postUris: [], comment: 'x'.repeat(5001) }),
    ).rejects.toMatchObject({ code: 'report.too-long' })
  }, 30_000)
})
