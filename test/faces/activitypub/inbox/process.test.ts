import { afterAll, describe, expect, test } from 'vitest'
import type { Account } from '../../../../src/domain/accounts/account.ts'
import { acceptFollow } from '../../../../src/domain/follows/answer.ts'
import { findFollow } from '../../../../src/domain/follows/find.ts'
import { requestFollow } from '../../../../src/domain/follows/request.ts'
import { findPostByUri } from '../../../../src/domain/posts/find.ts'
import { inboxHandler } from '../../../../src/faces/activitypub/inbox/process.ts'
import type { LaneItem } from '../../../../src/jobs/outcomes.ts'
import { listHome } from '../../../../src/views/timelines.ts'
import { testDatabase } from '../../../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world
const anna = await personHere(world, 'anna')
const carl = await personElsewhere(world, 'carl')
const dora = await personElsewhere(world, 'dora')
await requestFollow(world, anna, carl)
await acceptFollow(world, { followerId: anna.id, followedId: carl.id })

const heard: string[] = []
const take = inboxHandler(world, (type, outcome) => heard.push(`${type}: ${outcome}`))
let n = 0
const signal = new AbortController().signal

function item(activity: unknown, lane = 1): LaneItem {
  n += 1
  const body = typeof activity === 'string' ? activity : JSON.stringify(activity)
  return { id: String(n), lane, kind: 'inbox', body, attempts: 0, receivedAt: new Date() }
}

function note(by: Account, more: Record<string, unknown> = {}) {
  const id = `${by.uri}/notes/${++n}`
  return {
    id,
    type: 'Note',
    attributedTo: by.uri,
    to: ['https://www.w3.org/ns/activitystreams#Public'],
    cc: [`${by.uri}/followers`],
    content: '<p>hi</p>',
    published: new Date().toISOString(),
    ...more,
  }
}

function activity(type: string, by: Account, object: unknown, more: Record<string, unknown> = {}) {
  return {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${by.uri}#${type}-${++n}`,
    type,
    actor: by.uri,
    object,
    ...more,
  }
}

async function run(...items: LaneItem[]) {
  heard.length = 0
  const outcomes = await take(items, signal)
  expect(outcomes).toEqual(items.map(() => ({ done: true })))
  return [...heard]
}

describe('a batch from elsewhere', () => {
  test('of posts is stored together and read at home', async () => {
    const notes = [note(carl), note(carl), note(carl)]
    expect(await run(...notes.map((one) => item(activity('Create', carl, one))))).toEqual(
      Array(3).fill('Create: stored'),
    )
    const home = (await listHome(db, anna.id, { limit: 10 })).items.map((post) => post.uri)
    expect(home).toEqual(expect.arrayContaining(notes.map((one) => one.id)))
  })

  test('keeps the order of each lane: Create, Update, Delete end deleted', async () => {
    const said = note(carl, { published: new Date(Date.now() - 5000).toISOString() })
    const edited = { ...said, content: '<p>edited</p>', updated: new Date(Date.now() - 1000).toISOString() }
    const outcomes = await run(
      item(activity('Create', carl, said)),
      item(activity('Create', carl, note(carl)), 2),
      item(activity('Update', carl, edited)),
      item(activity('Delete', carl, { id: said.id, type: 'Tombstone' })),
      item(activity('Create', carl, said)),
    )
    expect(outcomes).toEqual([
      'Create: stored',
      'Create: stored',
      'Update: edited',
      'Delete: removed',
      'Create: deleted',
    ])
    expect(await findPostByUri(db, said.id)).toBeUndefined()
  })

  test('with one unreadable member takes the others', async () => {
    const good = note(carl)
    expect(await run(item('{'), item('[]'), item(activity('Create', carl, good)))).toEqual([
      'unreadable: request.invalid',
      'unreadable: request.invalid',
      'Create: stored',
    ])
  })
})

describe('only the author’s own hand', () => {
  test.each([
    [
      'a post of another origin (S-040)',
      () => activity('Create', dora, { ...note(dora), id: 'https://elsewhere.test/1' }),
    ],
    ['a bare id', () => activity('Create', dora, `${dora.uri}/notes/bare`)],
  ])('%s is asked for at its home and not believed', async (_what, make) => {
    expect(await run(item(make()))).toEqual(['Create: asking'])
    expect(await db.selectFrom('job').select('kind').where('kind', '=', 'ask').execute()).not.toEqual([])
  })

  test('a note naming somebody else of the same server as its author is asked for, too (S-041)', async () => {
    const forged = { ...note(dora), attributedTo: carl.uri }
    expect(await run(item(activity('Create', dora, forged)))).toEqual(['Create: asking'])
    expect(await findPostByUri(db, forged.id)).toBeUndefined()
  })

  test('another’s post is neither edited nor deleted (S-042, S-044)', async () => {
    const said = note(carl)
    await run(item(activity('Create', carl, said)))
    expect(await run(item(activity('Update', dora, { ...said, updated: new Date().toISOString() })))).toEqual(
      ['Update: not theirs to change'],
    )
    expect(
      await run(
        item(
          activity('Update', dora, {
            ...said,
            attributedTo: dora.uri,
            updated: new Date(Date.now() + 5000).toISOString(),
          }),
        ),
      ),
    ).toEqual(['Update: refused: post.not-yours'])
    expect(await run(item(activity('Delete', dora, said.id)))).toEqual(['Delete: not-theirs'])
    expect(await findPostByUri(db, said.id)).toMatchObject({ contentHtml: '<p>hi</p>' })
  })

  test('what is on our origin is never stored nor deleted from outside (S-055)', async () => {
    const ours = world.uris.post('123456789' as never)
    expect(await run(item(activity('Create', carl, { ...note(carl), id: ours })))).toEqual(['Create: asking'])
    // Whether it is gone, its own server says: ourselves.
    expect(await run(item(activity('Delete', carl, ours)))).toEqual(['Delete: asking'])
  })
})

describe('follows', () => {
  test('Follow, then Undo of it, whole or by its id', async () => {
    const follow = activity('Follow', dora, anna.uri)
    expect(await run(item(follow))).toEqual(['Follow: accepted'])
    expect(await run(item(activity('Undo', dora, follow)))).toEqual(['Undo: undone'])
    expect(await findFollow(db, dora.id, anna.id)).toBeUndefined()
    expect(await run(item(follow), item(activity('Undo', dora, follow.id)))).toEqual([
      'Follow: accepted',
      'Undo: undone',
    ])
  })

  test('nobody undoes another’s, whatever they embed (S-045)', async () => {
    const follow = activity('Follow', dora, anna.uri)
    await run(item(follow))
    expect(await run(item(activity('Undo', carl, follow)))).toEqual(['Undo: not theirs to undo'])
    // It might be a like of theirs that is still on its way.
    expect(await run(item(activity('Undo', carl, follow.id)))).toEqual(['Undo: remembered'])
    expect(await run(item(activity('Undo', carl, { ...follow, actor: carl.uri })))).toEqual([
      'Undo: nothing of the kind',
    ])
    expect(await findFollow(db, dora.id, anna.id)).toBeDefined()
  })

  test('an Accept counts only from the one who was asked, and only when asked (S-047)', async () => {
    const ben = await personHere(world, 'ben')
    const forged = {
      id: 'https://weft.test/ap/activities/1',
      type: 'Follow',
      actor: ben.uri,
      object: dora.uri,
    }
    expect(await run(item(activity('Accept', dora, forged)))).toEqual(['Accept: no such request'])
    await requestFollow(world, ben, dora)
    const asked = (await findFollow(db, ben.id, dora.id))!
    expect(await run(item(activity('Accept', carl, asked.uri)))).toEqual(['Accept: no such request'])
    expect(await findFollow(db, ben.id, dora.id)).toMatchObject({ state: 'requested' })
    expect(await run(item(activity('Accept', dora, asked.uri)))).toEqual(['Accept: accepted'])
    expect(await findFollow(db, ben.id, dora.id)).toMatchObject({ state: 'accepted' })
    expect(await run(item(activity('Reject', dora, { ...forged, id: asked.uri })))).toEqual([
      'Reject: rejected',
    ])
    expect(await findFollow(db, ben.id, dora.id)).toBeUndefined()
  })

  test('of nobody here or of a third server have no effect (S-048)', async () => {
    expect(
      await run(
        item(activity('Follow', dora, carl.uri)),
        item(activity('Follow', dora, `${world.uris.origin}/ap/actors/99`)),
      ),
    ).toEqual(['Follow: nobody here', 'Follow: nobody here'])
  })
})

test.each(['View', 'Read', 'Listen'])('%s is recognised and has no effect yet', async (type) => {
  expect(await run(item(activity(type, carl, note(carl).id)))).toEqual([
    `${type}: ${type} has no effect here yet`,
  ])
})

test('a type nobody knows, even one named like a built-in property, does nothing', async () => {
  expect(await run(item(activity('constructor', carl, 'https://far.test/x')))).toEqual([
    'constructor: unknown type',
  ])
})
