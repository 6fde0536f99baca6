import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

/* Federation table: actor updates out and in; PropertyValue; memorial, published; bots. */

let one: Weft
let two: Weft
beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await Promise.all([one.cli('account', 'create', 'anna'), two.cli('account', 'create', 'ben')])
  await two.cli('follow', 'ben', `@anna@${one.host}`)
}, 120_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

const onTwo = async (uri: unknown) =>
  two.db.selectFrom('account').selectAll().where('uri', '=', String(uri)).executeTakeFirstOrThrow()

test('what somebody changes in their profile is served, and known wherever they are followed', async () => {
  const picture = join(tmpdir(), `weft-${process.pid}.png`)
  await writeFile(
    picture,
    await sharp({ create: { width: 500, height: 300, channels: 3, background: '#48c' } })
      .png()
      .toBuffer(),
  )
  const before = await one.get('/@anna')
  await eventually(async () =>
    expect((await one.get('/@anna')).id && (await onTwo(before.id)).fetched_at).toBeTruthy(),
  )
  await one.cli(
    ...['profile', 'anna', '--name', 'Anna <b>', '--bio', 'I like #rain & https://example.com/'],
    ...['--field', 'Site=https://example.com/me', '--field', 'Pets=two #cats', '--bot', '--indexable'],
    ...['--avatar', picture, '--avatar-alt', 'a blue square', '--credit-from', 'news.example'],
  )
  const actor = await one.get('/@anna')
  expect(actor).toMatchObject({
    type: 'Service',
    name: 'Anna <b>',
    indexable: true,
    published: expect.stringMatching(/T00:00:00Z$/),
    attributionDomains: ['news.example'],
    icon: { type: 'Image', mediaType: 'image/png', summary: 'a blue square', name: 'a blue square' },
    attachment: [
      { type: 'PropertyValue', name: 'Site', value: expect.stringMatching(/rel="me [^"]*"/) },
      { type: 'PropertyValue', name: 'Pets', value: expect.stringContaining('/tags/cats') },
    ],
    tag: [{ type: 'Hashtag', name: '#rain' }],
  })
  const icon = actor.icon as { url: string }
  const served = await fetch(icon.url)
  expect(served.status).toBe(200)
  expect(await sharp(Buffer.from(await served.arrayBuffer())).metadata()).toMatchObject({
    width: 400,
    height: 400,
  })
  await eventually(async () =>
    expect(await onTwo(actor.id)).toMatchObject({
      display_name: 'Anna <b>',
      kind: 'service',
      indexable: true,
      avatar_url: icon.url,
      avatar_alt: 'a blue square',
      attribution_domains: ['news.example'],
      fields: [{ name: 'Site' }, { name: 'Pets' }],
    }),
  )
  const page = await (await fetch(`${one.origin}/@anna`)).text()
  expect(page).toContain('Anna &lt;b&gt;')
  expect(page).toContain('>Bot<')
  expect(page).toContain(`src="${icon.url}"`)
}, 120_000)

test('a profile can be kept in memory of somebody, without pictures and fields', async () => {
  await one.cli('profile', 'anna', '--memorial', '--no-fields', '--no-avatar', '--no-bot')
  const actor = await one.get('/@anna')
  expect(actor).toMatchObject({ type: 'Person', memorial: true, attachment: [] })
  expect(actor).not.toHaveProperty('icon')
  await eventually(async () =>
    expect(await onTwo(actor.id)).toMatchObject({ memorial: true, fields: [], avatar_url: null }),
  )
  await expect(one.cli('profile', 'anna', '--field', 'nothing')).rejects.toThrow(/A field looks like/)
}, 120_000)
