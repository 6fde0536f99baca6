import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiClient, type BodyKind, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
let eve: Toot

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  eve = await tootAs(server, 'eve')
}, 120_000)
afterAll(() => server?.[Symbol.asyncDispose]())

const NOT_FOUND = { error: 'Record not found' }
const nobody = () => apiClient(server)

async function say(who: Toot, fields: Fields, as: BodyKind = 'json') {
  const reply = await who.post('/api/v1/statuses', fields, as)
  expect(reply.status, reply.text).toBe(200)
  expectEntity('Status', reply.json)
  return reply.json
}
const read = async (who: Pick<Toot, 'get'>, id: string) => who.get(`/api/v1/statuses/${id}`)

describe('saying something', () => {
  test.each(['json', 'form', 'multipart', 'query'] as const)('as %s', async (as) => {
    const said = await say(
      ada,
      {
        status: 'Hello, #World',
        spoiler_text: 'greeting',
        visibility: 'unlisted',
        language: 'de',
        poll: { options: ['yes', 'no'], expires_in: 3600, multiple: true, hide_totals: 'false' },
      },
      as,
    )
    expect(said).toMatchObject({
      spoiler_text: 'greeting',
      sensitive: true,
      visibility: 'unlisted',
      language: 'de',
      in_reply_to_id: null,
      favourited: false,
      pinned: false,
      poll: { multiple: true, expired: false, voted: true, own_votes: [] },
      tags: [{ name: 'World' }],
    })
    expect(said.content).toContain('Hello, ')
    expect(said.poll.options).toEqual([
      { title: 'yes', votes_count: 0 },
      { title: 'no', votes_count: 0 },
    ])
    expect((await read(bob, said.id)).json).toMatchObject({ id: said.id, favourited: false })
    const open = await read(nobody(), said.id)
    expectEntity('Status', open.json)
    expect(open.json.favourited).toBeUndefined()
  })

  test.each<[string, Fields]>([
    ['words', { status: 'Two herons' }],
    ['a link and a hashtag', { status: 'See https://a.test/x #Fog' }],
    ['a warning, in a language', { status: 'Boo', spoiler_text: 'fright', language: 'de', sensitive: true }],
    ['to somebody', { status: 'Hello @bob', visibility: 'direct' }],
    ['to followers', { status: 'Hello @bob', visibility: 'private' }],
    ['with a rule who may quote it', { status: 'Mine', quote_approval_policy: 'nobody' }],
    ['with an emoji that is none', { status: 'So :happy:' }],
    ['a poll', { status: 'Which?', poll: { options: ['a', 'b'], expires_in: 600 } }],
    ['what its author filters', { status: 'Full of spoilers, this' }],
  ])('is answered as it is read: %s', async (_name, fields) => {
    const keyword = { keyword: 'spoilers', whole_word: true }
    const title = `Plots ${fields.status}`
    const filter = await ada.post('/api/v2/filters', {
      title,
      context: ['home'],
      keywords_attributes: [keyword],
    })
    expect(filter.status, filter.text).toBe(200)
    const said = await say(ada, fields)
    expect((await read(ada, said.id)).json).toEqual(said)
    expect(said.filtered.length > 0).toBe(String(fields.status).includes('spoilers'))
    const reply = await say(ada, { status: 'and', in_reply_to_id: said.id })
    expect((await read(ada, reply.id)).json).toMatchObject({ in_reply_to_id: said.id, content: '<p>and</p>' })
    await ada.delete(`/api/v2/filters/${filter.json.id}`)
  })

  test('with the app that it was said with', async () => {
    const said = await say(ada, { status: 'by an app' })
    expect(said.application).toEqual({ name: expect.any(String), website: null })
  })

  test('a warning alone is what is said', async () => {
    const said = await say(ada, { status: '', spoiler_text: 'only this', media_ids: [] })
    expect([said.spoiler_text, said.content, said.sensitive]).toEqual(['', '<p>only this</p>', true])
  })

  test('what usually holds comes from the preferences', async () => {
    const carl = await tootAs(server, 'carl')
    await server.db
      .insertInto('posting_default')
      .values({
        account_id: carl.account.id,
        visibility: 'followers',
        sensitive: true,
        language: 'fr',
        quoters: 'nobody',
      })
      .execute()
    const said = await say(carl, { status: 'as always' })
    expect(said).toMatchObject({ visibility: 'private', sensitive: true, language: 'fr' })
    const other = await say(carl, {
      status: 'this once',
      visibility: 'public',
      sensitive: false,
      language: '',
    })
    expect(other).toMatchObject({ visibility: 'public', sensitive: false })
    expect(other.quote_approval).toMatchObject({ automatic: [], manual: [] })
  })

  test('answers stand below what they answer, and name its author', async () => {
    const asked = await say(ada, { status: 'who?' })
    const answer = await say(bob, { status: 'me', in_reply_to_id: asked.id })
    expect(answer).toMatchObject({ in_reply_to_id: asked.id, in_reply_to_account_id: ada.account.id })
    expect((await read(ada, asked.id)).json.replies_count).toBe(1)
  })

  test.each([
    [{ status: '' }, 422, 'Validation failed: Text can’t be blank'],
    [
      { status: 'x', in_reply_to_id: '17' },
      404,
      'The post you are trying to reply to does not appear to exist.',
    ],
    [
      { status: 'x', in_reply_to_id: 'abc' },
      404,
      'The post you are trying to reply to does not appear to exist.',
    ],
    [
      { status: 'x', quoted_status_id: '17' },
      404,
      'The post you are trying to quote does not appear to exist.',
    ],
    [{ status: 'x', media_ids: ['17'] }, 422, 'Media not found or already attached to another post'],
    [{ status: 'x', visibility: 'secret' }, 422, expect.stringMatching(/^Validation failed: /)],
    [
      { status: 'x', poll: { options: ['a'], expires_in: 3600 } },
      422,
      expect.stringMatching(/^Validation failed: A poll/),
    ],
    [{ status: 'x'.repeat(501) }, 422, 'Validation failed: A post has at most 500 characters.'],
  ])('%j is refused', async (fields, status, error) => {
    const reply = await ada.post('/api/v1/statuses', fields)
    expect([reply.status, reply.json]).toEqual([status, { error }])
  })

  test('once for one key, however often it comes', async () => {
    const headers = { 'idempotency-key': 'the very same' }
    const ask = () => ada.ask('POST', '/api/v1/statuses', { body: { status: 'once' }, headers })
    const [first, second] = [await ask(), await ask()]
    expect(first.status, first.text).toBe(200)
    expect(second.json.id).toBe(first.json.id)
    const others = await bob.ask('POST', '/api/v1/statuses', { body: { status: 'once' }, headers })
    expect(others.json.id).not.toBe(first.json.id)
    const posts = await server.db
      .selectFrom('post')
      .select('id')
      .where('account_id', '=', ada.account.id)
      .where('source', '=', 'once')
      .execute()
    expect(posts).toHaveLength(1)
  })

  test('to nobody whom the app did not expect', async () => {
    const fields = { status: 'hello @bob and @eve', allowed_mentions: [bob.account.id] }
    const reply = await ada.post('/api/v1/statuses', fields)
    expect(reply.status).toBe(422)
    expectEntities('Account', reply.json.unexpected_accounts)
    expect(reply.json.unexpected_accounts.map(({ id }: { id: string }) => id)).toEqual([eve.account.id])
    const both = [bob.account.id, eve.account.id]
    expect((await say(ada, { ...fields, allowed_mentions: both })).mentions).toHaveLength(2)
  })

  test('a quote shows what it quotes, and asks as its author wants', async () => {
    const quoted = await say(ada, { status: 'quote me', quote_approval_policy: 'public' })
    const quote = await say(bob, { status: 'as she says', quoted_status_id: quoted.id })
    expect(quote.quote).toMatchObject({ state: 'accepted', quoted_status: { id: quoted.id } })
    const mine = await say(ada, { status: 'do not', quote_approval_policy: 'nobody' })
    const refused = await bob.post('/api/v1/statuses', { status: 'but', quoted_status_id: mine.id })
    expect(refused.status).toBe(404)
  })
})

describe('reading', () => {
  test('what is for others is not there', async () => {
    const direct = await say(ada, { status: '@bob psst', visibility: 'direct' })
    expect((await read(bob, direct.id)).status).toBe(200)
    for (const other of [eve, nobody()]) {
      const reply = await read(other, direct.id)
      expect([reply.status, reply.json]).toEqual([404, NOT_FOUND])
    }
    for (const id of ['abc', '0', '-1', '99999999999999999999', '17'])
      expect((await read(ada, id)).json).toEqual(NOT_FOUND)
  })

  test('several at once, those that may be seen', async () => {
    const one = await say(ada, { status: 'one' })
    const two = await say(ada, { status: 'two', visibility: 'direct' })
    const reply = await eve.get('/api/v1/statuses', { id: [two.id, one.id, 'x'] })
    expectEntities('Status', reply.json)
    expect(reply.json.map(({ id }: { id: string }) => id)).toEqual([one.id])
    const many = await eve.get('/api/v1/statuses', { id: Array.from({ length: 21 }, (_, at) => `${at + 1}`) })
    expect(many.status).toBe(422)
  })
})

describe('an edit', () => {
  test('says something else', async () => {
    const said = await say(ada, { status: 'befor', spoiler_text: 'warn' })
    const reply = await ada.put(`/api/v1/statuses/${said.id}`, { status: 'before' }, 'form')
    expect(reply.status, reply.text).toBe(200)
    expectEntity('Status', reply.json)
    expect(reply.json).toMatchObject({ content: '<p>before</p>', spoiler_text: '', sensitive: false })
    expect(reply.json.edited_at).not.toBeNull()
  })

  test('takes a poll away, or gives one', async () => {
    const said = await say(ada, { status: 'well?', poll: { options: ['a', 'b'], expires_in: 3600 } })
    const without = await ada.put(`/api/v1/statuses/${said.id}`, { status: 'well.' })
    expect(without.json.poll).toBeNull()
    const again = await ada.put(`/api/v1/statuses/${said.id}`, {
      status: 'well?',
      poll: { options: ['c', 'd'], expires_in: 3600 },
    })
    expect(again.json.poll.options.map(({ title }: { title: string }) => title)).toEqual(['c', 'd'])
  })

  test('is for its author alone', async () => {
    const said = await say(ada, { status: 'mine' })
    const reply = await bob.put(`/api/v1/statuses/${said.id}`, { status: 'not yours' })
    expect([reply.status, reply.json]).toEqual([404, NOT_FOUND])
  })
})

describe('deleting', () => {
  test('answers with what was there, to be written anew', async () => {
    const said = await say(ada, { status: 'oh **no**', spoiler_text: 'typo' })
    expect((await bob.delete(`/api/v1/statuses/${said.id}`)).json).toEqual(NOT_FOUND)
    const reply = await ada.delete(`/api/v1/statuses/${said.id}`)
    expectEntity('DeletedStatus', reply.json)
    expect(reply.json).toMatchObject({ id: said.id, text: 'oh **no**', spoiler_text: 'typo' })
    expect((await read(ada, said.id)).json).toEqual(NOT_FOUND)
    expect((await ada.delete(`/api/v1/statuses/${said.id}`)).json).toEqual(NOT_FOUND)
  })
})

describe('what is done to a post', () => {
  test.each([
    ['favourite', 'unfavourite', 'favourited'],
    ['bookmark', 'unbookmark', 'bookmarked'],
    ['mute', 'unmute', 'muted'],
  ])('%s and %s', async (act, undo, field) => {
    const said = await say(ada, { status: `to ${act}` })
    for (const [name, is] of [
      [act, true],
      [act, true],
      [undo, false],
      [undo, false],
    ] as const) {
      const reply = await bob.post(`/api/v1/statuses/${said.id}/${name}`)
      expect(reply.status, reply.text).toBe(200)
      expectEntity('Status', reply.json)
      expect(reply.json).toMatchObject({ id: said.id, [field]: is })
    }
    const hidden = await say(ada, { status: 'hidden', visibility: 'direct' })
    for (const name of [act, undo])
      expect((await bob.post(`/api/v1/statuses/${hidden.id}/${name}`)).json).toEqual(NOT_FOUND)
  })

  test('a boost has an id of its own, and is taken back by its post', async () => {
    const said = await say(ada, { status: 'look' })
    const boost = await bob.post(`/api/v1/statuses/${said.id}/reblog`, { visibility: 'unlisted' })
    expectEntity('Status', boost.json)
    expect(boost.json).toMatchObject({ visibility: 'unlisted', reblog: { id: said.id, reblogged: true } })
    expect(boost.json.id).not.toBe(said.id)
    const undone = await bob.post(`/api/v1/statuses/${said.id}/unreblog`)
    expect(undone.json).toMatchObject({ id: said.id, reblogged: false, reblogs_count: 0 })
    const hers = await say(ada, { status: 'mine', visibility: 'private' })
    expect((await bob.post(`/api/v1/statuses/${hers.id}/reblog`)).json).toEqual(NOT_FOUND)
  })

  test('five are pinned at most, and open ones alone', async () => {
    const ids: string[] = []
    for (let at = 0; at < 6; at += 1) ids.push((await say(eve, { status: `pin ${at}` })).id)
    for (const id of ids.slice(0, 5))
      expect((await eve.post(`/api/v1/statuses/${id}/pin`)).json).toMatchObject({ id, pinned: true })
    const sixth = await eve.post(`/api/v1/statuses/${ids[5]}/pin`)
    expect([sixth.status, sixth.json.error]).toEqual([
      422,
      'Validation failed: You have already pinned the maximum number of posts',
    ])
    for (const id of [ids[0], ids[0]])
      expect((await eve.post(`/api/v1/statuses/${id}/unpin`)).json).toMatchObject({ pinned: false })
    expect((await ada.post(`/api/v1/statuses/${ids[1]}/pin`)).json).toEqual(NOT_FOUND)
  })

  test('a conversation that is muted is not told of', async () => {
    const said = await say(ada, { status: 'a long talk' })
    const told = () =>
      server.db.selectFrom('notification').select('id').where('owner_id', '=', ada.account.id).execute()
    await ada.post(`/api/v1/statuses/${said.id}/mute`)
    const before = (await told()).length
    const answer = await say(bob, { status: '@ada indeed', in_reply_to_id: said.id })
    await bob.post(`/api/v1/statuses/${said.id}/favourite`)
    expect(await told()).toHaveLength(before)
    expect((await read(ada, answer.id)).json.muted).toBe(true)
    await ada.post(`/api/v1/statuses/${answer.id}/unmute`)
    await say(bob, { status: '@ada again', in_reply_to_id: said.id })
    expect(await told()).toHaveLength(before + 1)
  })

  test('takes the scope for it', async () => {
    const reader = await tootAs(server, 'ada', { scope: 'read' })
    const said = await say(ada, { status: 'scoped' })
    for (const [method, path] of [
      ['POST', ''],
      ['PUT', `/${said.id}`],
      ['DELETE', `/${said.id}`],
      ['POST', `/${said.id}/favourite`],
      ['POST', `/${said.id}/bookmark`],
    ] as const) {
      expect((await reader.ask(method, `/api/v1/statuses${path}`)).status).toBe(403)
      expect((await nobody().ask(method, `/api/v1/statuses${path}`)).status).toBe(401)
    }
  })
})
