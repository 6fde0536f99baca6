import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiClient, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
}, 120_000)
afterAll(() => server?.[Symbol.asyncDispose]())

async function ask(poll: Fields = {}, more: Fields = {}): Promise<string> {
  const reply = await ada.post('/api/v1/statuses', {
    status: 'which?',
    poll: { options: ['a', 'b', 'c'], expires_in: 3600, ...poll },
    ...more,
  })
  expect(reply.status, reply.text).toBe(200)
  return reply.json.poll.id
}

test.each(['json', 'form'] as const)('a vote is counted, once: %s', async (as) => {
  const id = await ask()
  const reply = await bob.post(`/api/v1/polls/${id}/votes`, { choices: [1] }, as)
  expect(reply.status, reply.text).toBe(200)
  expectEntity('Poll', reply.json)
  expect(reply.json).toMatchObject({ id, voted: true, own_votes: [1], votes_count: 1, voters_count: 1 })
  const again = await bob.post(`/api/v1/polls/${id}/votes`, { choices: ['0'] }, as)
  expect([again.status, again.json]).toEqual([
    422,
    { error: 'Validation failed: You have already voted on this poll' },
  ])
  const open = await apiClient(server).get(`/api/v1/polls/${id}`)
  expectEntity('Poll', open.json)
  expect(open.json.voted).toBeUndefined()
})

test('several may be chosen where that is asked', async () => {
  const id = await ask({ multiple: true })
  const reply = await bob.post(`/api/v1/polls/${id}/votes`, { choices: [0, 2] })
  expect(reply.json).toMatchObject({ own_votes: [0, 2], votes_count: 2, voters_count: 1 })
})

test.each([
  [[7], 'Validation failed: The chosen vote option does not exist'],
  [[0, 1], 'Validation failed: The chosen vote option does not exist'],
  [[], 'Validation failed: The chosen vote option does not exist'],
])('%j is no vote', async (choices, error) => {
  const reply = await bob.post(`/api/v1/polls/${await ask()}/votes`, { choices })
  expect([reply.status, reply.json]).toEqual([422, { error }])
})

test('its author cannot vote, and nobody after its end', async () => {
  const id = await ask()
  expect((await ada.post(`/api/v1/polls/${id}/votes`, { choices: [0] })).status).toBe(422)
  await server.db
    .updateTable('poll')
    .set({ ends_at: new Date(1e12) })
    .where('post_id', '=', id as never)
    .execute()
  const late = await bob.post(`/api/v1/polls/${id}/votes`, { choices: [0] })
  expect(late.json).toEqual({ error: 'Validation failed: The poll has already ended' })
  expect((await bob.get(`/api/v1/polls/${id}`)).json.expired).toBe(true)
})

test('what is hidden is not counted before the end', async () => {
  const id = await ask({ hide_totals: true })
  await bob.post(`/api/v1/polls/${id}/votes`, { choices: [0] })
  const reply = await bob.get(`/api/v1/polls/${id}`)
  expectEntity('Poll', reply.json)
  expect(reply.json.options.map(({ votes_count }: { votes_count: number | null }) => votes_count)).toEqual([
    null,
    null,
    null,
  ])
})

test('who may not see the post does not see the poll', async () => {
  const id = await ask({}, { visibility: 'direct' })
  for (const path of [id, '17', 'abc']) {
    expect((await bob.get(`/api/v1/polls/${path}`)).json).toEqual({ error: 'Record not found' })
    const vote = await bob.post(`/api/v1/polls/${path}/votes`, { choices: [0] })
    expect(vote.json).toEqual({ error: 'Record not found' })
  }
})
