import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

/* Federation table: Move in / out, aliases. What another Weft would not do: move-elsewhere.test.ts. */

let one: Weft
let two: Weft
beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await one.cli('account', 'create', 'anna')
  await one.cli('account', 'create', 'neighbour')
  await two.cli('account', 'create', 'newanna')
  await two.cli('account', 'create', 'ben')
}, 120_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

const followersOf = async (weft: Weft, name: string) =>
  (await weft.cli('follows', name)).map((row) => String(row.handle)).sort()

test('a Move goes only to an account that names the old one as an alias', async () => {
  await expect(one.cli('move', 'anna', `@newanna@${two.host}`)).rejects.toThrow(/aliases/)
  const [alias] = await two.cli('alias', 'newanna', 'add', `@anna@${one.host}`)
  const anna = await one.get('/@anna')
  expect(alias).toMatchObject({ aliases: [anna.id] })
  expect(await two.get('/@newanna')).toMatchObject({ alsoKnownAs: [anna.id] })
}, 120_000)

test('followers everywhere come over, are told, and the old account says where it went and no more', async () => {
  await two.cli('follow', 'ben', `@anna@${one.host}`)
  await one.cli('follow', 'neighbour', `@anna@${one.host}`)
  await eventually(async () =>
    expect(await followersOf(one, 'anna')).toEqual([`@ben@${two.host}`, `@neighbour@${one.host}`]),
  )
  await one.cli('move', 'anna', `@newanna@${two.host}`)

  const newAnna = await two.get('/@newanna')
  expect(await one.get('/@anna')).toMatchObject({ movedTo: newAnna.id })
  await eventually(async () =>
    expect(await followersOf(two, 'newanna')).toEqual([`@ben@${two.host}`, `@neighbour@${one.host}`]),
  )
  await eventually(async () => expect(await followersOf(one, 'anna')).toEqual([]))
  const told = { kind: 'move' }
  expect(await two.cli('notifications', 'ben')).toEqual(
    expect.arrayContaining([expect.objectContaining(told)]),
  )
  expect(await one.cli('notifications', 'neighbour')).toEqual(
    expect.arrayContaining([expect.objectContaining(told)]),
  )
  await expect(one.cli('post', 'anna', 'still here?')).rejects.toThrow(/moved/)
  await expect(one.cli('follow', 'anna', `@ben@${two.host}`)).rejects.toThrow(/moved/)
  expect(await (await fetch(`${one.origin}/@anna`)).text()).toContain('has moved to')
}, 180_000)

test('whoever follows the old account from now on follows the new one', async () => {
  await two.cli('account', 'create', 'late')
  const [followed] = await two.cli('follow', 'late', `@anna@${one.host}`)
  const newAnna = await two.get('/@newanna')
  expect(followed).toMatchObject({ followed: newAnna.id })
  await one.cli('account', 'create', 'later')
  expect((await one.cli('follow', 'later', '@anna'))[0]).toMatchObject({ followed: newAnna.id })
}, 120_000)

test('a Move can be taken back, and not made again for thirty days', async () => {
  await one.cli('move', 'anna', '--cancel')
  expect(await one.get('/@anna')).not.toHaveProperty('movedTo')
  await one.cli('post', 'anna', 'I am back')
  await expect(one.cli('move', 'anna', `@newanna@${two.host}`)).rejects.toThrow(/lately/)
  await expect(one.cli('move', 'anna', '--cancel')).rejects.toThrow(/has not moved/)
}, 120_000)

test('an alias can be taken away, gone or not', async () => {
  const anna = await one.get('/@anna')
  await two.cli('alias', 'newanna', 'remove', String(anna.id))
  expect(await two.get('/@newanna')).toMatchObject({ alsoKnownAs: [] })
  await expect(two.cli('alias', 'newanna', 'remove', String(anna.id))).rejects.toThrow(/none of the aliases/)
}, 120_000)
