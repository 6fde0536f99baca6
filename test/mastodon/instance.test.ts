import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerAccount } from '../../src/domain/accounts/register.ts'
import { addRule, describeServer, removeRule } from '../../src/domain/instance/describe.ts'
import { changePreferences } from '../../src/domain/preferences/change.ts'
import { apiClient, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
const nobody = () => apiClient(server)

beforeAll(async () => {
  server = await startWhole()
  await registerAccount(server.world, { name: 'owner', role: 'owner' })
  ada = await tootAs(server, 'ada')
  const { db, world, clock } = server
  const wrong = await addRule(world, { text: 'Shout' })
  await addRule(world, { text: 'Be kind', hint: 'To all' })
  await addRule(world, { text: 'No shouting' })
  await removeRule(world, wrong)
  await describeServer(world, 'title', 'Sun')
  await describeServer(world, 'title', 'Rain & co')
  await describeServer(world, 'contact', 'owner@weft.test')
  await describeServer(world, 'contact', '')
  await describeServer(world, 'extended', 'For people who like rain.\n\nSee https://rain.test')
  const block = { created_at: clock.now(), updated_at: clock.now() }
  await db
    .insertInto('domain_block')
    .values([
      { ...block, domain: 'bad.test', severity: 'suspend', public_comment: 'Spam' },
      { ...block, domain: 'veryverybad.test', severity: 'limit' as never, obfuscate: true },
    ])
    .execute()
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

describe('what the server is', () => {
  test('is told in version 2, with a version that apps can read and an API level that is earned', async () => {
    const { json, status } = await nobody().get('/api/v2/instance')
    expect(status).toBe(200)
    expectEntity('Instance', json)
    expect(json.title).toBe('Rain & co')
    expect(Number.parseFloat(json.version.slice(0, 3))).toBe(4.5)
    expect(json.api_versions).toEqual({ mastodon: 7 })
    expect(json.contact.email).toBe('')
    expect(json.contact.account.username).toBe('owner')
    expect(json.rules.map((rule: { text: string }) => rule.text)).toEqual(['Be kind', 'No shouting'])
    expect(json.registrations.enabled).toBe(false)
    expect(json.configuration.urls.streaming).toBe('wss://weft.test')
  })

  test('is told in version 1 for older apps, by its bare name', async () => {
    for (const path of ['/api/v1/instance', '/api/v1/instance/']) {
      const { json } = await nobody().get(path)
      expectEntity('V1Instance', json)
      expect(json.uri).toBe('weft.test')
      expect(json.invites_enabled).toBe(true)
    }
  })

  test('shows pictures that are there', async () => {
    const { json } = await nobody().get('/api/v2/instance')
    const avatar = json.contact.account
    for (const url of [json.thumbnail.url, json.icon[0].src, avatar.avatar, avatar.header]) {
      const picture = await server.ask(new URL(url).pathname)
      expect([url, picture.status, picture.headers['content-type']]).toEqual([url, 200, 'image/png'])
    }
  })

  test('says its rules, more about itself, its privacy and its terms', async () => {
    const get = async (path: string) => (await nobody().get(`/api/v1/instance/${path}`)).json
    expectEntities('Rule', await get('rules'))
    const more = await get('extended_description')
    expectEntity('ExtendedDescription', more)
    expect(more.content).toContain('<p>For people who like rain.</p>')
    expectEntity('PrivacyPolicy', await get('privacy_policy'))
    expectEntity('TermsOfService', await get('terms_of_service'))
    expectEntities('InstanceLanguage', await get('languages'))
    // Nothing can be translated, and so it says.
    expect(await get('translation_languages')).toEqual({})
  })

  test('counts twelve weeks, and names the servers that it knows', async () => {
    const weeks = (await nobody().get('/api/v1/instance/activity')).json
    expectEntities('InstanceWeek', weeks)
    expect(weeks).toHaveLength(12)
    expect(Number(weeks[0].registrations)).toBe(2)
    expect(new Date(Number(weeks[0].week) * 1000).getUTCDay()).toBe(1)
    const { json } = await nobody().get('/api/v1/instance/peers')
    expect(Array.isArray(json)).toBe(true)
  })

  test('tells whom it keeps away from to people here alone, and some by half their name', async () => {
    expect((await nobody().get('/api/v1/instance/domain_blocks')).status).toBe(401)
    const { json } = await ada.get('/api/v1/instance/domain_blocks')
    expectEntities('DomainBlock', json)
    expect(json).toMatchObject([
      { domain: 'bad.test', severity: 'suspend', comment: 'Spam' },
      { severity: 'silence', digest: createHash('sha256').update('veryverybad.test').digest('hex') },
    ])
    expect(json[1].domain).toMatch(/^very\*+\.test$/)
  })
})

describe('what somebody prefers', () => {
  test('is what is usual until they say otherwise', async () => {
    const { json } = await ada.get('/api/v1/preferences')
    expectEntity('Preferences', json)
    expect(json['posting:default:visibility']).toBe('public')
    await changePreferences(server.world, ada.account, { visibility: 'followers', quoters: 'nobody' })
    await changePreferences(server.world, ada.account, { sensitive: true, language: 'cy' })
    const changed = (await ada.get('/api/v1/preferences')).json
    expectEntity('Preferences', changed)
    expect(changed).toMatchObject({
      'posting:default:visibility': 'private',
      'posting:default:quote_policy': 'nobody',
      'posting:default:sensitive': true,
      'posting:default:language': 'cy',
    })
  })
})

describe('what tells apps which server this is', () => {
  test('names it, and whose API it speaks, to pages of every site', async () => {
    const links = await server.ask('/.well-known/nodeinfo')
    // Apps that see 2.0 there hide what they do not know us for.
    expect(JSON.parse(links.text).links.map(({ rel }: { rel: string }) => rel)).not.toContain(
      'http://nodeinfo.diaspora.software/ns/schema/2.0',
    )
    for (const version of ['2.0', '2.1']) {
      const reply = await server.ask(`/nodeinfo/${version}`)
      const document = JSON.parse(reply.text)
      expect(document).toMatchObject({
        version,
        software: { name: 'weft' },
        metadata: { upstream: { name: 'mastodon' } },
      })
      expect(document.software.version).toMatch(/^\d+\.\d+\.\d+/)
      expect(reply.headers['access-control-allow-origin']).toBe('*')
    }
    for (const path of [
      '/.well-known/nodeinfo',
      '/.well-known/host-meta',
      '/.well-known/webfinger?resource=acct:ada@weft.test',
      '/.well-known/oauth-authorization-server',
      '/avatars/original/missing.png',
    ])
      expect([path, (await server.ask(path)).headers['access-control-allow-origin']]).toEqual([path, '*'])
  })
})
