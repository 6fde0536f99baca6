import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { PUBLIC } from '../../src/base/uris.ts'
import { vote } from '../../src/domain/polls/vote.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { viewPost } from '../../src/views/posts.ts'
import type { Json, Person } from '../support/peer.ts'
import { eventually, startWeft, type Weft } from '../support/weft.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

const INBOX = 'https://weft.test/ap/inbox'

interface Poll {
  readonly voters: number | null
  readonly options: readonly { readonly title: string; readonly votes: number | null }[]
  readonly ownVotes: readonly number[]
}

describe('a poll between two servers', () => {
  let one: Weft
  let two: Weft
  beforeAll(async () => {
    ;[one, two] = await Promise.all([startWeft(), startWeft()])
    await Promise.all([one.cli('account', 'create', 'anna'), two.cli('account', 'create', 'ben')])
    await two.cli('follow', 'ben', `@anna@${one.host}`)
    await eventually(async () => expect(await one.cli('follows', 'anna')).toHaveLength(1))
  }, 60_000)
  afterAll(async () => {
    await Promise.all([one?.stop(), two?.stop()])
  })
  const pollAt = async (weft: Weft, name: string, url: unknown) =>
    ((await weft.cli('vote', name, String(url)))[0] ?? expect.fail('no poll')) as unknown as Poll

  test('is read, voted in from afar, and counted on both sides', async () => {
    const [asked] = await one.cli('post', 'anna', 'Tea or coffee?', '--poll', 'tea|coffee', '--expires', '1d')
    const arrived = await eventually(
      async () =>
        (await two.cli('timeline', 'ben')).find((row) => row.uri === asked?.uri) ??
        expect.fail('not there yet'),
    )
    expect(arrived.poll).toMatchObject({
      multiple: false,
      options: [{ title: 'tea', votes: 0 }, { title: 'coffee' }],
    })
    await two.cli('vote', 'ben', String(asked?.url), 'coffee')
    await eventually(async () =>
      expect(await pollAt(one, 'anna', asked?.url)).toMatchObject({
        voters: 1,
        options: [{ votes: 0 }, { votes: 1 }],
      }),
    )
    await expect(two.cli('vote', 'ben', String(asked?.url), 'tea')).rejects.toThrow('already voted')
    expect(await pollAt(two, 'ben', asked?.url)).toMatchObject({ voters: 1, ownVotes: [1] })
    // The tallies come back by an Update, which is no edit.
    await eventually(async () => {
      const updates = await one.db
        .selectFrom('activity')
        .select('body')
        .where('kind', '=', 'Update')
        .execute()
      expect(updates.map(({ body }) => JSON.parse(body).object.votersCount)).toContain(1)
    })
    const row = await two.db
      .selectFrom('post')
      .select(['edited_at', 'kind'])
      .where('uri', '=', String(asked?.uri))
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ edited_at: null, kind: 'question' })
    const vote = await two.db
      .selectFrom('activity')
      .select(['id', 'body'])
      .where('kind', '=', 'Create')
      .executeTakeFirstOrThrow()
    expect(
      (
        await fetch(`${two.origin}/ap/activities/${vote.id}`, {
          headers: { accept: 'application/activity+json' },
        })
      ).status,
    ).toBe(404)
  }, 60_000)
})

describe('a poll and servers of other software', () => {
  let whole: Whole
  let alice: Person
  let bob: Person
  beforeAll(async () => {
    whole = await startWhole(['far.test', 'other.test'])
    alice = await whole.peer.person('alice', { host: 'far.test' })
    bob = await whole.peer.person('bob', { host: 'other.test' })
  }, 60_000)
  afterAll(() => whole?.[Symbol.asyncDispose]())
  const tallies = async (id: PostId) => {
    const post = await viewPost(whole.db, id, undefined)
    return post?.poll?.options.map(({ votes }) => votes)
  }
  const note = (by: Person, at: number, name: string, poll: PostId) => ({
    id: `${by.uri}#votes/${at}`,
    type: 'Note',
    name,
    attributedTo: by.uri,
    to: whole.world.uris.post(poll),
    inReplyTo: whole.world.uris.post(poll),
  })
  let count = 0
  const cast = async (by: Person, object: Json | Json[]) => {
    count += 1
    await by.post(INBOX, {
      id: `${by.uri}#votes/${count}/activity`,
      type: 'Create',
      actor: by.uri,
      to: [`${whole.world.uris.origin}/ap/actors/1`],
      object,
    })
    await whole.settled()
  }

  test('takes Mastodon’s votes one by one and GoToSocial’s all at once; late, double and forged ones have no effect', async () => {
    const anna = await personHere(whole.world, 'anna')
    whole.clock.set(new Date())
    const id = await publishPost(whole.world, anna, {
      text: 'Which?',
      visibility: 'public',
      poll: { options: ['a', 'b', 'c'], multiple: true, expiresInSeconds: 600 },
    })
    await cast(alice, note(alice, 1, 'a', id))
    await cast(alice, note(alice, 2, 'b', id))
    await cast(alice, note(alice, 3, 'b', id))
    await cast(bob, [note(bob, 4, 'b', id), note(bob, 5, 'c', id)])
    expect(await tallies(id)).toEqual([1, 2, 1])
    await cast(bob, note(alice, 6, 'a', id))
    await cast(bob, { ...note(bob, 7, 'a', id), id: `${alice.uri}#votes/7` })
    await cast(bob, note(bob, 8, 'z', id))
    expect(await tallies(id)).toEqual([1, 2, 1])
    expect((await viewPost(whole.db, id, undefined))?.poll?.voters).toBe(2)
    // No vote is a post, nor anybody's news.
    expect(await whole.db.selectFrom('post').select('id').where('local', '=', false).execute()).toEqual([])
    expect(await whole.db.selectFrom('notification').select('id').execute()).toEqual([])
    expect(whole.errors).toEqual([])
  }, 30_000)

  test('tells voters and followers how it stands, and how it ended', async () => {
    const world = { ...whole.world, limits: { ...whole.world.limits, pollShortestSeconds: 1 } }
    whole.clock.set(new Date())
    const carl = await personHere(world, 'carl')
    await bob.post(INBOX, bob.follow(carl.uri))
    await whole.settled()
    const id = await publishPost(world, carl, {
      text: 'Quick!',
      visibility: 'public',
      poll: { options: ['yes', 'no'], expiresInSeconds: 3 },
    })
    await cast(alice, note(alice, 20, 'yes', id))
    const heard = (by: Person) =>
      by.received.filter(
        (json) => json.type === 'Update' && (json.object as Json)?.id === world.uris.post(id),
      )
    await eventually(async () => {
      await whole.settled()
      for (const person of [alice, bob]) {
        const last = heard(person).at(-1)?.object as Json | undefined
        expect(last).toMatchObject({ type: 'Question', votersCount: 1, closed: expect.any(String) })
      }
    })
    for (const json of heard(alice)) expect(json.object).not.toHaveProperty('updated')
    await cast(bob, note(bob, 21, 'yes', id))
    expect(await tallies(id)).toEqual([1, 0])
    const told = await whole.db
      .selectFrom('notification')
      .select(['owner_id', 'kind'])
      .where('post_id', '=', id)
      .execute()
    expect(told).toEqual([{ owner_id: carl.id, kind: 'poll' }])
  }, 30_000)

  test('of theirs gets our vote, and is asked for how it ended', async () => {
    whole.clock.set(new Date())
    const dora = await personHere(whole.world, 'dora')
    const uri = `${alice.uri}/polls/1`
    const question = (votes: number, closed?: string) => ({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: uri,
      type: 'Question',
      attributedTo: alice.uri,
      to: [PUBLIC],
      cc: [`https://weft.test/ap/actors/${dora.id}`],
      content: '<p>Theirs?</p>',
      published: new Date().toISOString(),
      endTime: endsAt,
      ...(closed && { closed }),
      oneOf: [
        { type: 'Note', name: 'yes', replies: { type: 'Collection', totalItems: votes } },
        { type: 'Note', name: 'no', replies: { type: 'Collection', totalItems: 0 } },
      ],
      votersCount: votes,
    })
    const endsAt = new Date(Date.now() + 2500).toISOString()
    await alice.post(INBOX, {
      id: `${uri}/activity`,
      type: 'Create',
      actor: alice.uri,
      object: question(4),
      to: [PUBLIC],
    })
    await whole.settled()
    const post = (await findPostByUri(whole.db, uri)) ?? expect.fail('not stored')
    await vote(whole.world, dora, post.id, [1])
    await whole.settled()
    const got = alice.received.findLast((json) => json.type === 'Create')
    expect(got).toMatchObject({ actor: dora.uri, to: [alice.uri], object: { name: 'no', inReplyTo: uri } })
    whole.peer.serve(uri, question(9, endsAt))
    // It is asked for half a minute after its end; that job is due now.
    await whole.db
      .updateTable('job')
      .set({ due_at: new Date(Date.now() + 2600) })
      .where('kind', '=', 'poll')
      .execute()
    await eventually(async () => {
      await whole.settled()
      expect(
        await whole.db.selectFrom('notification').select('kind').where('owner_id', '=', dora.id).execute(),
      ).toContainEqual({ kind: 'poll' })
    })
    expect(await tallies(post.id)).toEqual([9, 0])
    expect((await viewPost(whole.db, post.id, undefined))?.poll?.closedAt).toEqual(new Date(endsAt))
    expect(whole.errors).toEqual([])
  }, 30_000)
})
