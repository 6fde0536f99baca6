import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { picture } from '../support/files.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const UPDATE = '/api/v1/accounts/update_credentials'

describe('a profile', () => {
  test('is changed by a form of several parts, pictures and all', async () => {
    const avatar = await picture({ format: 'png', width: 40, height: 40, secret: 'where I live' })
    const reply = await ada.patch(
      UPDATE,
      {
        display_name: 'Ada L.',
        note: 'counts & thinks',
        locked: 'true',
        bot: '0',
        avatar,
        avatar_description: 'me',
        fields_attributes: {
          0: { name: 'Site', value: 'https://ada.example' },
          1: { name: 'b', value: 'c' },
        },
        source: { privacy: 'private', sensitive: '1', language: 'en', quote_policy: 'followers' },
      },
      'multipart',
    )
    expect(reply.status, reply.text).toBe(200)
    expectEntity('CredentialAccount', reply.json)
    expect(reply.json).toMatchObject({
      display_name: 'Ada L.',
      locked: true,
      bot: false,
      avatar_description: 'me',
      source: {
        privacy: 'private',
        sensitive: true,
        language: 'en',
        quote_policy: 'followers',
        note: 'counts & thinks',
        fields: [
          { name: 'Site', value: 'https://ada.example', verified_at: null },
          { name: 'b', value: 'c' },
        ],
      },
    })
    expect(reply.json.note).toBe('<p>counts &amp; thinks</p>')
    expect(reply.json.avatar).not.toContain('missing')
    expect((await ada.get('/api/v1/accounts/verify_credentials')).json).toEqual(reply.json)
  })

  test('says something else of the picture that is there', async () => {
    const { json: before } = await ada.get('/api/v1/accounts/verify_credentials')
    const { json } = await ada.patch(UPDATE, { avatar_description: 'me, at work' })
    expect(json).toMatchObject({ avatar: before.avatar, avatar_description: 'me, at work' })
  })

  test('keeps what is not named, and takes JSON too', async () => {
    await ada.patch(UPDATE, { note: 'stays', locked: true })
    const reply = await ada.patch(UPDATE, {
      display_name: '',
      fields_attributes: [{ name: 'one', value: 'two' }],
      source: { language: '' },
    })
    expectEntity('CredentialAccount', reply.json)
    expect(reply.json).toMatchObject({ display_name: '', locked: true })
    expect(reply.json.source).toMatchObject({ note: 'stays', language: null, fields: [{ name: 'one' }] })
    expect((await ada.patch(UPDATE, { fields_attributes: {} })).json.fields).toEqual([])
    expect((await ada.patch(UPDATE)).status).toBe(200)
  })

  test('is not changed by what is none', async () => {
    const before = (await ada.get('/api/v1/accounts/verify_credentials')).json
    const file = await ada.patch(UPDATE, { note: 'no', avatar: Buffer.from('no picture') }, 'multipart')
    expect(file.status).toBe(422)
    expect((await ada.patch(UPDATE, { note: 'no', source: { privacy: 'some' } })).status).toBe(422)
    expect((await ada.patch(UPDATE, { note: 'no', source: { language: '!!' } })).status).toBe(422)
    expect((await ada.get('/api/v1/accounts/verify_credentials')).json).toEqual(before)
    const reader = await tootAs(server, 'ada', { scope: 'read' })
    expect((await reader.patch(UPDATE, { note: 'no' })).status).toBe(403)
  })

  test('is told as it was written, to be written anew', async () => {
    const cat = await tootAs(server, 'cat')
    const before = await cat.get('/api/v1/profile')
    expectEntity('Profile', before.json)
    expect(before.json).toMatchObject({ note: '', avatar: null, header: null, featured_tags: [] })
    await cat.post('/api/v1/featured_tags', { name: 'rain' })
    const bytes = await picture({ format: 'png', width: 40, height: 40 })
    const reply = await cat.patch('/api/v1/profile', { note: 'a & b', avatar: bytes }, 'multipart')
    expectEntity('Profile', reply.json)
    expect(reply.json).toMatchObject({ note: 'a & b', header: null, featured_tags: [{ name: 'rain' }] })
    expect((await cat.put('/api/v1/profile', { display_name: 'Cat' })).json).toMatchObject({
      display_name: 'Cat',
      note: 'a & b',
      avatar: reply.json.avatar,
    })
    const writer = await tootAs(server, 'cat', { scope: 'write:statuses' })
    expect((await writer.get('/api/v1/profile')).status).toBe(403)
    expect((await writer.patch('/api/v1/profile', { note: 'no' })).status).toBe(403)
  })

  test('loses its pictures', async () => {
    const bytes = await picture({ format: 'png', width: 60, height: 20 })
    const with_ = await bob.patch(UPDATE, { header: bytes, avatar: bytes }, 'multipart')
    expect(with_.json.header).not.toContain('missing')
    const one = await bob.delete('/api/v1/profile/header')
    expectEntity('CredentialAccount', one.json)
    expect(one.json.header).toContain('missing')
    expect(one.json.avatar).not.toContain('missing')
    expect((await bob.delete('/api/v1/profile/avatar')).json.avatar).toContain('missing')
  })
})

describe('the hashtags on a profile', () => {
  test('are shown, counted, and taken away again', async () => {
    for (const text of ['#Rain', 'more #rain', '#snow'])
      await publishPost(server.world, bob.account, { text, visibility: 'public' })
    const suggested = await bob.get('/api/v1/featured_tags/suggestions')
    expectEntities('Tag', suggested.json)
    expect(suggested.json.map(({ name }: { name: string }) => name.toLowerCase())).toEqual(['rain', 'snow'])
    const made = await bob.post('/api/v1/featured_tags', { name: '#Rain' }, 'form')
    expectEntity('FeaturedTag', made.json)
    expect(made.json).toMatchObject({ name: 'Rain', statuses_count: '2' })
    expect((await bob.post('/api/v1/featured_tags', { name: 'two words' })).status).toBe(422)
    const others = await ada.get(`/api/v1/accounts/${bob.account.id}/featured_tags`)
    expect(others.json).toEqual([made.json])
    expect((await bob.get('/api/v1/featured_tags')).json).toEqual([made.json])
    expect((await ada.delete(`/api/v1/featured_tags/${made.json.id}`)).status).toBe(404)
    expect((await bob.delete(`/api/v1/featured_tags/${made.json.id}`)).json).toEqual({})
    expect((await bob.get('/api/v1/featured_tags')).json).toEqual([])
    expect((await ada.get(`/api/v1/accounts/${ada.account.id}/featured_tags`)).json).toEqual([])
  })

  test('are those of somebody', async () => {
    for (const id of ['404', 'x'])
      for (const part of ['featured_tags', 'lists', 'identity_proofs'])
        expect((await ada.get(`/api/v1/accounts/${id}/${part}`)).status).toBe(404)
  })
})
