import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { addAlias, MOST_ALIASES, removeAlias } from '../../../src/domain/accounts/aliases.ts'
import { findFields } from '../../../src/domain/accounts/find.ts'
import { MOST_FIELDS, updateAccount } from '../../../src/domain/accounts/update.ts'
import { addressOf, keepMarks } from '../../../src/domain/accounts/verify-links.ts'
import { whereNow } from '../../../src/domain/accounts/whereabouts.ts'
import { featureTag, MOST_TAGS, unfeatureTag } from '../../../src/domain/featured/tag.ts'
import type { World } from '../../../src/domain/world.ts'
import { viewAccount } from '../../../src/views/accounts.ts'
import { listFeaturedTags } from '../../../src/views/featured.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

let database: TestDatabase
let world: World
let anna: LocalAccount
beforeAll(async () => {
  database = await testDatabase()
  world = testWorld(database.db).world
  anna = await personHere(world, 'anna')
})
afterAll(() => database?.[Symbol.asyncDispose]())

const viewed = async () => (await viewAccount(world.db, anna.id)) ?? expect.fail('anna is gone')

test('fields are text: what looks like HTML is shown as it was typed, links and hashtags lead somewhere', async () => {
  await updateAccount(world, anna, {
    fields: [
      { name: '<b>Site</b>', value: 'https://example.com/?a=1&b="2"' },
      { name: 'Words', value: '<script>alert(1)</script> #rain\nsecond line' },
      { name: ' ', value: '' },
    ],
  })
  const fields = await findFields(world.db, anna.id)
  expect(fields).toHaveLength(2)
  expect(fields[0]).toMatchObject({ name: '<b>Site</b>', source: 'https://example.com/?a=1&b="2"' })
  expect(fields[0]?.value).toMatch(/^<a href="https:\/\/example\.com[^"]*"[^>]* rel="me nofollow noopener"/)
  expect(fields[1]?.value).toContain('&lt;script&gt;')
  expect(fields[1]?.value).toContain('/tags/rain')
  expect(fields[1]?.value).not.toMatch(/<p>|<br|<script/)
})

test('a bio leads to whom it names', async () => {
  await personElsewhere(world, 'fay')
  await updateAccount(world, anna, { bio: 'friend of @fay@far.test and #Rain' })
  expect((await viewed()).bioHtml).toContain('href="https://far.test/@fay"')
  expect((await viewed()).bioHtml).toContain('/tags/rain')
})

test('too many fields, and hosts that are none, change nothing', async () => {
  const before = await viewed()
  const fields = Array.from({ length: MOST_FIELDS + 1 }, (_, n) => ({ name: `${n}`, value: 'x' }))
  await expect(updateAccount(world, anna, { fields })).rejects.toMatchObject({
    code: 'account.too-many-fields',
  })
  await expect(updateAccount(world, anna, { attributionDomains: ['no host'] })).rejects.toMatchObject({
    code: 'handle.invalid',
  })
  expect(await viewed()).toEqual(before)
})

test.each<[string, string[]]>([
  ['<a href="https://a.test/">https://a.test</a>', ['https://a.test/']],
  [
    '<p><a rel="me" href="https://a.test/x"><span>https://</span><span>a.test/x</span></a></p>',
    ['https://a.test/x'],
  ],
  ['<a href="https://a.test/?q=1&amp;r=2">a.test/?q=1&amp;r=2</a>', ['https://a.test/?q=1&r=2']],
  ['<a href="http://a.test/">http://a.test/</a>', []],
  ['<a href="https://evil.test/">https://bank.test/</a>', []],
  ['<a href="https://a.test/">my page</a>', []],
  ['see <a href="https://a.test/">https://a.test/</a>', []],
  ['<a href="https://a.test/">https://a.test/</a> <a href="https://b.test/">https://b.test/</a>', []],
  ['https://a.test/', []],
])('S-105: %s can be verified only if it is one link that shows where it leads', (value, addresses) => {
  expect(addressOf({ name: 'x', value })).toEqual(addresses)
})

test('a profile read anew keeps the marks of fields that say the same', () => {
  const before = [
    { name: 'a', value: '1', verifiedAt: '2026-01-01T00:00:00Z' },
    { name: 'b', value: '2' },
  ]
  const after = [
    { name: 'renamed', value: '1' },
    { name: 'b', value: 'changed' },
  ]
  expect(keepMarks(before, after)).toEqual([
    { name: 'renamed', value: '1', verifiedAt: '2026-01-01T00:00:00Z' },
    after[1],
  ])
})

test('aliases are few, never oneself, and each once', async () => {
  await expect(addAlias(world, anna, anna)).rejects.toMatchObject({ code: 'alias.self' })
  for (let n = 0; n < MOST_ALIASES; n++) await addAlias(world, anna, await personElsewhere(world, `me${n}`))
  const again = await personElsewhere(world, 'me0')
  await addAlias(world, anna, again)
  await expect(addAlias(world, anna, await personElsewhere(world, 'more'))).rejects.toMatchObject({
    code: 'alias.too-many',
  })
  expect((await viewed()).alsoKnownAs).toHaveLength(MOST_ALIASES)
  await removeAlias(world, anna, again.uri)
  await expect(removeAlias(world, anna, again.uri)).rejects.toMatchObject({ code: 'alias.not-found' })
})

test('featured hashtags are few, each once in any spelling', async () => {
  for (let n = 0; n < MOST_TAGS; n++) await featureTag(world, anna, `#tag${n}`)
  await featureTag(world, anna, 'TAG1')
  await expect(featureTag(world, anna, 'eleventh')).rejects.toMatchObject({ code: 'tag.too-many' })
  await expect(featureTag(world, anna, '# no tag')).rejects.toMatchObject({ code: 'tag.invalid' })
  expect(await listFeaturedTags(world.db, anna.id)).toHaveLength(MOST_TAGS)
  await unfeatureTag(world, anna, '#Tag1')
  expect((await listFeaturedTags(world.db, anna.id)).map(({ name }) => name)).not.toContain('tag1')
})

test('whoever moved is found where they are, if both say so; a circle ends where it began', async () => {
  const uri = (name: string) => `https://far.test/users/${name}`
  const one = await personElsewhere(world, 'one', 'far.test', { movedToUri: uri('two') })
  await personElsewhere(world, 'two', 'far.test', { alsoKnownAs: [uri('one')], movedToUri: uri('three') })
  const three = await personElsewhere(world, 'three', 'far.test', { alsoKnownAs: [uri('two')] })
  expect((await whereNow(world, one)).uri).toBe(three.uri)
  const liar = await personElsewhere(world, 'liar', 'far.test', { movedToUri: three.uri })
  expect((await whereNow(world, liar)).uri).toBe(liar.uri)
  const round = await personElsewhere(world, 'round', 'far.test', { movedToUri: uri('about') })
  await personElsewhere(world, 'about', 'far.test', { alsoKnownAs: [uri('round')], movedToUri: uri('round') })
  expect([uri('round'), uri('about')]).toContain((await whereNow(world, round)).uri)
})
