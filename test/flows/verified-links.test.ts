import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { enqueueActorJobs } from '../../src/domain/accounts/refresh.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { recheckLinks } from '../../src/domain/accounts/verify-links.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* Federation table: profile PropertyValue and rel=me. S-105: only the final https page of the linked site counts. */

let whole: Whole
let anna: LocalAccount
beforeAll(async () => {
  whole = await startWhole(['site.test', 'www.site.test', 'other.test', 'far.test'])
  anna = await personHere(whole.world, 'anna')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const ME = 'https://weft.test/@anna'
const page = (url: string, body: string, type = 'text/html; charset=utf-8') =>
  whole.peer.answer(url, { type, body: `<!doctype html><title>x</title>${body}` })
const link = (href: string, rel = 'me') => `<p><a rel="${rel}" href="${href}">me</a></p>`

async function verified(value: string): Promise<boolean> {
  whole.clock.advance(61_000)
  await updateAccount(whole.world, anna, { fields: [] })
  await updateAccount(whole.world, anna, { fields: [{ name: 'Site', value }] })
  await whole.settled()
  const row = await whole.db
    .selectFrom('account')
    .select('fields')
    .where('id', '=', anna.id)
    .executeTakeFirstOrThrow()
  return row.fields[0]?.verifiedAt !== undefined
}

test.each<[string, string]>([
  ['the profile page', ME],
  ['the profile page with a slash', `${ME}/`],
  ['the actor', 'ACTOR'],
])('a page that links back to %s with rel=me is verified', async (_, href) => {
  page('https://site.test/about', link(href === 'ACTOR' ? anna.uri : href, 'nofollow me'))
  expect(await verified('https://site.test/about')).toBe(true)
})

test('so is one with a link in its head, and one on the same site behind a redirect', async () => {
  page('https://www.site.test/head', `<link rel="me" href="${ME}">`)
  whole.peer.answer('https://site.test/away', {
    status: 301,
    headers: { location: 'https://www.site.test/head' },
  })
  expect(await verified('https://site.test/away')).toBe(true)
})

test.each<[string, () => void, string]>([
  [
    'links to somebody else',
    () => page('https://site.test/1', link('https://weft.test/@anna2')),
    'https://site.test/1',
  ],
  [
    'links back without rel=me',
    () => page('https://site.test/2', link(ME, 'nofollow')),
    'https://site.test/2',
  ],
  [
    'only writes it in a comment or a script',
    () => page('https://site.test/3', `<!-- ${link(ME)} --><script>"${link(ME)}"</script>`),
    'https://site.test/3',
  ],
  ['is no page', () => page('https://site.test/4', link(ME), 'text/plain'), 'https://site.test/4'],
  [
    'lies on another site behind a redirect',
    () => {
      page('https://other.test/mine', link(ME))
      whole.peer.answer('https://site.test/5', {
        status: 302,
        headers: { location: 'https://other.test/mine' },
      })
    },
    'https://site.test/5',
  ],
  ['is linked over plain http', () => page('https://site.test/6', link(ME)), 'http://site.test/6'],
  ['is one among other words', () => page('https://site.test/7', link(ME)), 'see https://site.test/7'],
  [
    'is too large',
    () => page('https://site.test/8', `${'x'.repeat(1_100_000)}${link(ME)}`),
    'https://site.test/8',
  ],
])('one that %s is not', async (_, arrange, value) => {
  arrange()
  expect(await verified(value)).toBe(false)
})

test('the mark is on the profile page, stays while the field does, and goes when the page no longer links back', async () => {
  page('https://site.test/me', link(ME))
  expect(await verified('https://site.test/me')).toBe(true)
  const shown = async () => (await whole.ask('/@anna', { headers: { accept: 'text/html' } })).text
  expect(await shown()).toMatch(/class="verified"/)
  expect(await shown()).toMatch(/rel="[^"]*\bme\b/)
  await updateAccount(whole.world, anna, {
    fields: [
      { name: 'Pets', value: 'two cats' },
      { name: 'Home', value: 'https://site.test/me' },
    ],
  })
  const fields = async () =>
    (
      await whole.db
        .selectFrom('account')
        .select('fields')
        .where('id', '=', anna.id)
        .executeTakeFirstOrThrow()
    ).fields
  expect((await fields())[1]?.verifiedAt).toBeDefined()
  await whole.settled()

  page('https://site.test/me', 'nothing here')
  whole.clock.advance(8 * 86_400_000)
  await recheckLinks(whole.world)
  await whole.settled()
  expect((await fields()).map(({ verifiedAt }) => verifiedAt)).toEqual([undefined, undefined])
  expect(await shown()).not.toMatch(/class="verified"/)
})

test('a site that is away keeps the mark that it had', async () => {
  page('https://site.test/busy', link(ME))
  expect(await verified('https://site.test/busy')).toBe(true)
  whole.peer.answer('https://site.test/busy', { status: 503 })
  await enqueueActorJobs(whole.db, 'links', [anna.id])
  await whole.settled()
  const { fields } = await whole.db
    .selectFrom('account')
    .select('fields')
    .where('id', '=', anna.id)
    .executeTakeFirstOrThrow()
  expect(fields[0]?.verifiedAt).toBeDefined()
})

test('links of people elsewhere are verified when they are read, and stay so while they say the same', async () => {
  const fay = await whole.peer.person('fay', { host: 'far.test' })
  page('https://other.test/fay', link(String(fay.actor.url)))
  const href = 'https://other.test/fay'
  fay.actor.attachment = [
    { type: 'PropertyValue', name: 'Site', value: `<a href="${href}" rel="me">${href}</a>` },
    { type: 'PropertyValue', name: 'False', value: `<a href="${href}" rel="me">https://bank.example/</a>` },
    { type: 'Note', name: 'Words', content: '<p>a Note, as FEP-fb2a has it</p>' },
  ]
  await fay.post(`https://weft.test/ap/actors/${anna.id}/inbox`, fay.activity('View', fay.uri))
  await whole.settled()
  const account = (await findAccountByUri(whole.db, fay.uri)) ?? expect.fail('not known')
  await enqueueActorJobs(whole.db, 'refresh', [account.id])
  await whole.settled()
  const marks = async () =>
    (
      await whole.db
        .selectFrom('account')
        .select('fields')
        .where('id', '=', account.id)
        .executeTakeFirstOrThrow()
    ).fields
  expect((await marks()).map(({ name, verifiedAt }) => [name, verifiedAt !== undefined])).toEqual([
    ['Site', true],
    ['False', false],
    ['Words', false],
  ])
  await fay.post(`https://weft.test/ap/actors/${anna.id}/inbox`, fay.update(fay.actor))
  await whole.settled()
  expect((await marks())[0]?.verifiedAt).toBeDefined()
})
