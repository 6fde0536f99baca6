import { afterAll, beforeAll, expect, test } from 'vitest'
import { Transient } from '../../src/base/transient.ts'
import type { Account, LocalAccount } from '../../src/domain/accounts/account.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findPostByAddress } from '../../src/domain/posts/find.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { findReaction } from '../../src/domain/reactions/find.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import type { World } from '../../src/domain/world.ts'
import { type LookUpParts, lookUp } from '../../src/remote/look-up.ts'
import type { JsonObject } from '../../src/translate/json.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { ORIGIN, personElsewhere, personHere, testWorld } from '../support/world.ts'

let database: TestDatabase
let world: World
let anna: LocalAccount
let ben: LocalAccount
let alice: Account
let asked: string[]
let afar: Record<string, JsonObject>

beforeAll(async () => {
  database = await testDatabase()
  world = testWorld(database.db).world
  anna = await personHere(world, 'anna')
  ben = await personHere(world, 'ben')
  alice = await personElsewhere(world, 'alice')
  asked = []
  afar = {}
})
afterAll(() => database?.[Symbol.asyncDispose]())

function find(text: string, more: Partial<LookUpParts> = {}) {
  asked.length = 0
  const findPost = (address: string) => findPostByAddress(world.db, address)
  const json = async (url: string) => {
    asked.push(url)
    return { url, document: afar[url] ?? {} }
  }
  return lookUp({ world, fetcher: { json }, findPost, resolvePost: findPost, ...more }, text)
}

const annaFound = () => ({ kind: 'account', account: expect.objectContaining({ id: anna.id }) })

test('people here are found by handle, id and page, and nobody is asked', async () => {
  for (const text of ['@anna', 'acct:Anna@weft.test', anna.uri, `${ORIGIN}/@anna`, ` ${ORIGIN}/@anna/ `]) {
    expect(await find(text), text).toEqual(annaFound())
  }
  expect(asked).toEqual([])
  for (const text of [
    '@nobody',
    `${ORIGIN}/@nobody`,
    `${ORIGIN}/ap/actors/1`,
    world.uris.instanceActor,
    'words',
    '',
  ])
    expect(await find(text), text).toBeUndefined()
  expect(asked).toEqual([])
})

test('FEP-3b86: what somebody here once did leads to what it was about, so that it can be undone', async () => {
  const postId = await publishPost(world, anna, { text: 'hello', visibility: 'public' })
  await requestFollow(world, ben, anna)
  await likePost(world, ben, postId)
  const boostId = await boostPost(world, ben, postId)
  const follow = await findFollow(world.db, ben.id, anna.id)
  const like = await findReaction(world.db, { accountId: ben.id, postId }, null)
  expect(await find(follow?.uri ?? '')).toEqual(annaFound())
  expect(await find(like?.uri ?? '')).toEqual({ kind: 'post', postId })
  expect(await find(world.uris.activity(boostId as string as never))).toEqual({ kind: 'post', postId })
})

test('who is known from elsewhere is found by id; whoever is not is asked for at home', async () => {
  expect(await find(alice.uri)).toMatchObject({ kind: 'account', account: { id: alice.id } })
  expect(asked).toEqual([])
  afar['https://far.test/@alice'] = {
    id: alice.uri,
    type: 'Person',
    inbox: `${alice.uri}/inbox`,
    preferredUsername: 'alice',
  }
  expect(await find('https://far.test/@alice')).toMatchObject({ kind: 'account', account: { id: alice.id } })
  expect(asked).toEqual(['https://far.test/@alice'])
  expect(await find('https://far.test/nothing')).toBeUndefined()
})

test('a server that cannot be asked now is no answer', async () => {
  const json = () => Promise.reject(new Transient('far.test does not answer'))
  await expect(find('https://far.test/@bob', { fetcher: { json } })).rejects.toBeInstanceOf(Transient)
})
