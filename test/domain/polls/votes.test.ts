import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import { Refusal } from '../../../src/base/refusal.ts'
import type { Account, LocalAccount } from '../../../src/domain/accounts/account.ts'
import { closePoll, refreshPolls, tellTallies } from '../../../src/domain/polls/close.ts'
import type { DraftPoll } from '../../../src/domain/polls/poll.ts'
import { receiveVotes, vote } from '../../../src/domain/polls/vote.ts'
import { editPost, receiveEdit } from '../../../src/domain/posts/edit.ts'
import { findPostByUri } from '../../../src/domain/posts/find.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { removePost } from '../../../src/domain/posts/remove.ts'
import { viewPost } from '../../../src/views/posts.ts'
import { testDatabase } from '../../support/database.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world, clock } = testWorld(database.db)
const { db } = world
const asker = await personHere(world, 'asker')
const here = await personHere(world, 'here')
const stranger = await personHere(world, 'stranger')
const far = await personElsewhere(world, 'far')
const other = await personElsewhere(world, 'other', 'other.test')

const tea: DraftPoll = { options: ['tea', 'coffee', 'water'], expiresInSeconds: 600 }
const ask = (poll: Partial<DraftPoll> = {}, more: { visibility?: 'public' | 'direct'; text?: string } = {}) =>
  publishPost(world, asker, {
    text: more.text ?? 'What do you drink?',
    visibility: more.visibility ?? 'public',
    language: 'en',
    poll: { ...tea, ...poll },
  })
const pollOf = async (id: PostId, reader?: LocalAccount) => {
  const view = await viewPost(db, id, { accountId: (reader ?? asker).id })
  return view?.poll ?? expect.fail('no poll')
}
const tallies = async (id: PostId) => (await pollOf(id)).options.map(({ votes }) => votes)
const send = (id: PostId, voter: Account, ...choices: string[]) =>
  receiveVotes(world, voter, world.uris.post(id), choices)
const jobsOf = async (id: PostId, work: string) =>
  (await db.selectFrom('job').selectAll().where('kind', '=', 'poll').execute()).filter((job) => {
    const payload = JSON.parse(job.payload) as { postId: string; work: string }
    return payload.postId === id && payload.work === work
  })
const refusalOf = (work: () => Promise<unknown>) => work().catch((error: unknown) => error)
const updates = async (id: PostId) =>
  (
    await db
      .selectFrom('activity')
      .select('body')
      .where('post_id', '=', id)
      .where('kind', '=', 'Update')
      .orderBy('id')
      .execute()
  ).map(({ body }) => JSON.parse(body) as { object: Record<string, unknown> })

describe('a poll of ours', () => {
  test('is a Question, with its answers, its end and how many voted', async () => {
    const id = await ask()
    expect(await pollOf(id)).toMatchObject({
      multiple: false,
      voters: 0,
      closedAt: null,
      options: [
        { title: 'tea', votes: 0 },
        { title: 'coffee', votes: 0 },
        { title: 'water', votes: 0 },
      ],
      endsAt: new Date(clock.now().getTime() + 600_000),
    })
    const create = await db
      .selectFrom('activity')
      .select('body')
      .where('post_id', '=', id)
      .executeTakeFirstOrThrow()
    expect(JSON.parse(create.body)).toMatchObject({
      type: 'Create',
      object: {
        type: 'Question',
        oneOf: [
          { type: 'Note', name: 'tea', replies: { type: 'Collection', totalItems: 0 } },
          { name: 'coffee' },
          { name: 'water' },
        ],
        endTime: expect.any(String),
        votersCount: 0,
      },
    })
  })

  test.each<[string, Partial<DraftPoll>]>([
    ['one answer', { options: ['tea'] }],
    ['five answers', { options: ['a', 'b', 'c', 'd', 'e'] }],
    ['two answers alike', { options: ['tea', ' tea '] }],
    ['an empty answer', { options: ['tea', ' '] }],
    ['an answer of 51 characters', { options: ['tea', 'x'.repeat(51)] }],
    ['less than five minutes', { expiresInSeconds: 299 }],
    ['no number of seconds', { expiresInSeconds: Number.NaN }],
    ['more than a month', { expiresInSeconds: 2_629_747 }],
  ])('cannot have %s', async (_, change) => {
    expect(await refusalOf(() => ask(change))).toBeInstanceOf(Refusal)
  })

  test('counts one choice of each, and no second one', async () => {
    const id = await ask()
    expect(await send(id, far, 'tea')).toBe('counted')
    expect(await send(id, far, 'tea')).toBe('voted')
    expect(await send(id, far, 'coffee')).toBe('voted')
    expect(await send(id, other, 'tea', 'coffee')).toBe('voted')
    await vote(world, here, id, [1])
    expect(await refusalOf(() => vote(world, here, id, [0]))).toMatchObject({ code: 'poll.voted' })
    expect(await pollOf(id, here)).toMatchObject({ voters: 2, ownVotes: [1] })
    expect(await tallies(id)).toEqual([1, 1, 0])
  })

  test('with several choices takes them together or one by one', async () => {
    const id = await ask({ multiple: true })
    expect(await send(id, far, 'tea')).toBe('counted')
    expect(await send(id, far, 'water', 'tea')).toBe('counted')
    expect(await send(id, other, 'tea', 'water', 'tea', 'milk')).toBe('counted')
    await vote(world, here, id, [0, 1, 1])
    expect(await tallies(id)).toEqual([3, 1, 2])
    expect((await pollOf(id)).voters).toBe(3)
  })

  test('S-052: refuses what is late, by its author, for no answer, or for several where one is asked', async () => {
    const id = await ask()
    expect(await send(id, far, 'milk')).toBe('no such answer')
    expect(await refusalOf(() => vote(world, asker, id, [0]))).toMatchObject({ code: 'poll.own' })
    expect(await refusalOf(() => vote(world, here, id, [3]))).toMatchObject({ code: 'poll.choice' })
    expect(await refusalOf(() => vote(world, here, id, [-1]))).toMatchObject({ code: 'poll.choice' })
    expect(await refusalOf(() => vote(world, here, id, []))).toMatchObject({ code: 'poll.choice' })
    expect(await refusalOf(() => vote(world, here, id, [0, 1]))).toMatchObject({ code: 'poll.choice' })
    clock.advance(600_000)
    expect(await send(id, far, 'tea')).toBe('ended')
    expect(await refusalOf(() => vote(world, here, id, [0]))).toMatchObject({ code: 'poll.ended' })
    expect(await tallies(id)).toEqual([0, 0, 0])
  })

  test('is nothing to those who may not see it', async () => {
    const id = await ask({}, { visibility: 'direct', text: 'to @here alone' })
    expect(await send(id, far, 'tea')).toBe('no such poll')
    expect(await refusalOf(() => vote(world, stranger, id, [0]))).toMatchObject({ code: 'poll.not-found' })
    await vote(world, here, id, [2])
    expect(await tallies(id)).toEqual([0, 0, 1])
  })

  test('is not found on a post without one, nor elsewhere', async () => {
    const id = await publishPost(world, asker, { text: 'no question', visibility: 'public' })
    expect(await send(id, far, 'tea')).toBe('no such poll')
    expect(await refusalOf(() => vote(world, here, id, [0]))).toMatchObject({ code: 'poll.not-found' })
    expect(await receiveVotes(world, far, 'https://other.test/q/1', ['tea'])).toBe('no such poll')
  })

  test('with hidden totals says none before its end, to nobody', async () => {
    const id = await ask({ hideTotals: true })
    await vote(world, here, id, [0])
    expect(await tallies(id)).toEqual([null, null, null])
    await tellTallies(world, id)
    const [hidden] = await updates(id)
    expect(hidden?.object.oneOf).toMatchObject([{ replies: { totalItems: 0 } }, {}, {}])
    clock.advance(600_000)
    await closePoll(world, id)
    expect(await tallies(id)).toEqual([1, 0, 0])
    expect((await updates(id)).at(-1)?.object).toMatchObject({
      oneOf: [{ replies: { totalItems: 1 } }, {}, {}],
      closed: expect.any(String),
    })
  })

  test('tells its tallies at once, then once a minute at most, then when it ends', async () => {
    const id = await ask({ multiple: true })
    for (const choice of ['tea', 'coffee', 'water']) await send(id, far, choice)
    await vote(world, here, id, [0])
    const told = await jobsOf(id, 'tell')
    expect(told.map((job) => job.due_at.getTime() - clock.now().getTime())).toEqual([0, 60_000])
    clock.advance(61_000)
    await send(id, other, 'tea')
    expect(await jobsOf(id, 'tell')).toHaveLength(3)
    await tellTallies(world, id)
    const [update] = await updates(id)
    expect(update?.object).not.toHaveProperty('updated')
    expect(update?.object).toMatchObject({ votersCount: 3 })
    expect((await jobsOf(id, 'close')).map((job) => job.due_at)).toEqual([(await pollOf(id)).endsAt])
  })

  test('tells everybody who took part how it ended, once', async () => {
    const id = await ask()
    await send(id, far, 'tea')
    await vote(world, here, id, [0])
    await closePoll(world, id)
    const notices = () =>
      db
        .selectFrom('notification')
        .select('owner_id')
        .where('post_id', '=', id)
        .where('kind', '=', 'poll')
        .execute()
    expect(await notices()).toEqual([])
    clock.advance(600_000)
    await closePoll(world, id)
    await closePoll(world, id)
    expect((await notices()).map((row) => row.owner_id).toSorted()).toEqual([asker.id, here.id].toSorted())
    expect(await updates(id)).toHaveLength(1)
    const deliver = await db
      .selectFrom('job')
      .select('payload')
      .where('kind', '=', 'deliver')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(JSON.parse(deliver.payload)).toMatchObject({
      recipients: { accountIds: [far.id], followersOf: asker.id },
    })
  })

  test('begins anew when it asks something else, and keeps its votes when it does not', async () => {
    const id = await ask()
    await vote(world, here, id, [0])
    await editPost(world, asker, id, { text: 'Once more', poll: { ...tea, expiresInSeconds: 1200 } })
    expect(await tallies(id)).toEqual([1, 0, 0])
    expect((await pollOf(id)).endsAt).toEqual(new Date(clock.now().getTime() + 1_200_000))
    await editPost(world, asker, id, { text: 'Words alone' })
    expect(await tallies(id)).toEqual([1, 0, 0])
    await editPost(world, asker, id, { text: 'Else', poll: { ...tea, options: ['tea', 'milk'] } })
    expect(await tallies(id)).toEqual([0, 0])
    await vote(world, here, id, [1])
    const history = await db
      .selectFrom('post_edit')
      .select('poll_options')
      .where('post_id', '=', id)
      .orderBy('version')
      .execute()
    expect(history.map((row) => row.poll_options)).toEqual([tea.options, tea.options, tea.options])
    await editPost(world, asker, id, { text: 'No more', poll: null })
    expect((await viewPost(db, id, undefined))?.poll).toBeNull()
    // The end of a poll that is no more ends nothing.
    clock.advance(3_600_000)
    await closePoll(world, id)
  })

  test('goes with its post', async () => {
    const id = await ask()
    await vote(world, here, id, [0])
    await removePost(world, asker, id)
    expect(await send(id, far, 'tea')).toBe('no such poll')
    await closePoll(world, id)
    await tellTallies(world, id)
  })
})

describe('a poll from elsewhere', () => {
  const asked = async (more: object = {}) => {
    const incoming = incomingBy(far, {
      kind: 'question',
      poll: {
        multiple: false,
        endsAt: new Date(clock.now().getTime() + 600_000),
        closedAt: null,
        voters: 7,
        options: [
          { title: 'yes', votes: 4 },
          { title: 'no', votes: 3 },
        ],
        ...more,
      },
      publishedAt: clock.now(),
    })
    await receivePosts(world, [{ author: far, incoming, wanted: true }])
    const post = await findPostByUri(db, incoming.uri)
    return { incoming, id: post?.id ?? expect.fail('not stored') }
  }

  test('is shown as its server says, and takes a vote that is told to its author alone', async () => {
    const { id, incoming } = await asked()
    expect(await pollOf(id)).toMatchObject({ voters: 7, options: [{ votes: 4 }, { votes: 3 }] })
    await vote(world, here, id, [1])
    expect(await pollOf(id, here)).toMatchObject({
      voters: 8,
      ownVotes: [1],
      options: [{ votes: 4 }, { votes: 4 }],
    })
    expect(await pollOf(id, stranger)).toMatchObject({ ownVotes: [] })
    const votes = await db
      .selectFrom('activity')
      .selectAll()
      .where('account_id', '=', here.id)
      .where('kind', '=', 'Create')
      .execute()
    const said = votes.map((row) => JSON.parse(row.body) as { object: Record<string, unknown> })
    const mine = said.find(({ object }) => object.inReplyTo === incoming.uri)
    expect(mine).toMatchObject({
      to: [far.uri],
      cc: [],
      object: { type: 'Note', name: 'no', attributedTo: here.uri, to: [far.uri] },
    })
    expect(mine?.object).not.toHaveProperty('content')
    expect(votes.every((row) => !row.public)).toBe(true)
    const job = await db
      .selectFrom('job')
      .select('payload')
      .where('kind', '=', 'deliver')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(JSON.parse(job.payload).recipients).toEqual({ accountIds: [far.id] })
  })

  test('several choices are one vote each', async () => {
    const { id, incoming } = await asked({ multiple: true })
    await vote(world, here, id, [0, 1])
    const said = await db
      .selectFrom('activity')
      .select('body')
      .where('account_id', '=', here.id)
      .where('body', 'like', `%${incoming.uri}%`)
      .orderBy('id')
      .execute()
    expect(said.map(({ body }) => JSON.parse(body).object.name)).toEqual(['yes', 'no'])
  })

  test('counts anew by an Update without a date, which changes nothing else', async () => {
    const { id, incoming } = await asked()
    const poll = {
      ...(incoming.poll ?? expect.fail()),
      voters: 9,
      options: [
        { title: 'yes', votes: 5 },
        { title: 'no', votes: 4 },
      ],
    }
    expect(
      await receiveEdit(world, far, { ...incoming, poll, contentHtml: '<p>forged</p>', sensitive: true }),
    ).toBe('counted')
    const view = await viewPost(db, id, undefined)
    expect(view).toMatchObject({ contentHtml: '<p>hello</p>', sensitive: false, editedAt: null })
    expect(view?.poll).toMatchObject({ voters: 9, options: [{ votes: 5 }, { votes: 4 }] })
    const another = {
      ...poll,
      options: [
        { title: 'yes', votes: 50 },
        { title: 'never', votes: 4 },
      ],
    }
    expect(await receiveEdit(world, far, { ...incoming, poll: another })).toBe('older')
    expect(await tallies(id)).toEqual([5, 4])
  })

  test('begins anew when an edit asks something else', async () => {
    const { id, incoming } = await asked()
    await vote(world, here, id, [0])
    const poll = {
      ...(incoming.poll ?? expect.fail()),
      options: [
        { title: 'yes', votes: 0 },
        { title: 'maybe', votes: 0 },
      ],
    }
    clock.advance(1000)
    expect(await receiveEdit(world, far, { ...incoming, poll, updatedAt: clock.now() })).toBe('edited')
    expect(await pollOf(id, here)).toMatchObject({
      ownVotes: [],
      options: [{ votes: 0 }, { title: 'maybe', votes: 0 }],
    })
    clock.advance(1000)
    await receiveEdit(world, far, { ...incoming, poll: null, kind: 'note', updatedAt: clock.now() })
    expect(await viewPost(db, id, undefined)).toMatchObject({ poll: null, kind: 'note' })
  })

  test('ends for those who voted here, and for nobody else', async () => {
    const { id } = await asked()
    await vote(world, here, id, [0])
    clock.advance(700_000)
    await closePoll(world, id)
    const told = await db.selectFrom('notification').select('owner_id').where('post_id', '=', id).execute()
    expect(told).toEqual([{ owner_id: here.id }])
    expect(await updates(id)).toEqual([])
    expect(await refusalOf(() => vote(world, stranger, id, [0]))).toMatchObject({ code: 'poll.ended' })
  })

  test('is asked for anew when somebody looks, every five minutes at most, and no more once it was counted out', async () => {
    const { id, incoming } = await asked()
    const reads = async () => (await jobsOf(id, 'read')).length
    await refreshPolls(world, [id])
    expect(await reads()).toBe(0)
    clock.advance(301_000)
    await Promise.all([refreshPolls(world, [id]), refreshPolls(world, [id, id])])
    expect(await reads()).toBe(1)
    clock.advance(400_000)
    await receiveEdit(world, far, incoming)
    expect((await pollOf(id)).closedAt).toEqual(incoming.poll?.endsAt)
    await refreshPolls(world, [id])
    expect(await reads()).toBe(1)
  })

  test('with more answers than ours may have is kept whole', async () => {
    const options = Array.from({ length: 30 }, (_, at) => ({ title: `answer ${at}`, votes: at }))
    const { id } = await asked({ options, voters: null })
    await vote(world, here, id, [29])
    expect(await pollOf(id)).toMatchObject({ voters: null })
    expect((await tallies(id)).at(-1)).toBe(30)
  })
})

describe('however votes come', () => {
  const voters: Account[] = []
  beforeAll(async () => {
    for (let at = 0; at < 12; at += 1)
      voters.push(await personElsewhere(world, `voter${at}`, `host${at % 4}.test`))
  })

  test('the tallies are those of distinct voters, and nobody counts twice', async () => {
    const choice = fc.constantFrom('tea', 'coffee', 'water', 'milk')
    const ballot = fc.record({
      voter: fc.nat(11),
      choices: fc.array(choice, { minLength: 1, maxLength: 4 }),
      late: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(ballot, { maxLength: 25 }),
        fc.boolean(),
        async (multiple, ballots, atOnce) => {
          const id = await ask({ multiple })
          const expected = new Map<string, Set<string>>()
          const [early, late] = [ballots.filter((one) => !one.late), ballots.filter((one) => one.late)]
          const cast = ({ voter, choices }: (typeof ballots)[number]) =>
            send(id, voters[voter] ?? far, ...choices)
          if (atOnce && multiple) await Promise.all(early.map(cast))
          else for (const one of early) await cast(one)
          for (const { voter, choices } of early) {
            const valid = [...new Set(choices)].filter((one) => one !== 'milk')
            const known = expected.get(String(voter)) ?? new Set()
            if (valid.length === 0 || (!multiple && (known.size > 0 || valid.length > 1))) continue
            expected.set(String(voter), new Set([...known, ...valid]))
          }
          clock.advance(600_000)
          for (const one of late) expect(await cast(one)).toBe('ended')
          const counted = tea.options.map(
            (option) => [...expected.values()].filter((chosen) => chosen.has(option)).length,
          )
          expect(await tallies(id)).toEqual(counted)
          expect((await pollOf(id)).voters).toBe(expected.size)
          const rows = await db
            .selectFrom('poll_vote')
            .select('account_id')
            .where('post_id', '=', id)
            .execute()
          expect(rows).toHaveLength(counted.reduce((sum, one) => sum + one, 0))
        },
      ),
      { numRuns: 25 },
    )
  })
})
