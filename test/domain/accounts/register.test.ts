import { afterAll, expect, test } from 'vitest'
import { findLocalAccount } from '../../../src/domain/accounts/find.ts'
import { ensureInstanceAccount } from '../../../src/domain/accounts/instance.ts'
import { registerAccount } from '../../../src/domain/accounts/register.ts'
import { testDatabase } from '../../support/database.ts'
import { testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)

test('a name is given out once, whatever its case, and even by ten people at once', async () => {
  const tries = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) => registerAccount(world, { name: n % 2 ? 'Kim' : 'kim' })),
  )
  expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  for (const one of tries)
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'account.name-taken' })
  expect((await findLocalAccount(world.db, 'KIM'))?.name.toLowerCase()).toBe('kim')
})

test.each(['', 'a b', 'é', 'x'.repeat(31), '../x', 'a@b', 'a.b'])('%j is no name', async (name) => {
  await expect(registerAccount(world, { name })).rejects.toMatchObject({ code: 'account.name-invalid' })
})

test('names that would be mistaken for the server are kept from people', async () => {
  await expect(registerAccount(world, { name: 'Admin' })).rejects.toMatchObject({
    code: 'account.name-taken',
  })
  await expect(registerAccount(world, { name: 'admin', role: 'admin' })).resolves.toMatchObject({
    name: 'admin',
  })
})

test('an e-mail address and the owner’s place are taken once, and a clash leaves nothing behind', async () => {
  await registerAccount(world, { name: 'first', email: 'A@example.com', role: 'owner' })
  await expect(registerAccount(world, { name: 'second', email: 'a@EXAMPLE.com' })).rejects.toMatchObject({
    code: 'account.email-taken',
  })
  await expect(registerAccount(world, { name: 'third', role: 'owner' })).rejects.toMatchObject({
    code: 'account.owner-exists',
  })
  expect(await findLocalAccount(world.db, 'second')).toBeUndefined()
  expect(await findLocalAccount(world.db, 'third')).toBeUndefined()
})

test('a new account has an RSA and an Ed25519 key, sealed for it alone', async () => {
  const account = await registerAccount(world, { name: 'keys' })
  const keys = await world.db
    .selectFrom('account_key')
    .selectAll()
    .where('account_id', '=', account.id)
    .orderBy('kind')
    .execute()
  expect(keys.map((key) => [key.kind, key.uri])).toEqual([
    ['ed25519', `${account.uri}#ed25519-key`],
    ['rsa', `${account.uri}#main-key`],
  ])
  for (const key of keys) expect(key.private_key_sealed?.toString('latin1')).not.toContain('PRIVATE')
})

test('the instance has one actor, however many processes make it', async () => {
  const made = await Promise.all([ensureInstanceAccount(world), ensureInstanceAccount(world)])
  expect(new Set(made.map((account) => account.id)).size).toBe(1)
  expect(made[0]).toMatchObject({ uri: 'https://weft.test/ap/actors/instance', kind: 'application' })
  expect(await findLocalAccount(world.db, 'weft.test')).toBeUndefined()
})

test.each(['nonsense', 'a@b', 'a b@example.com', '@example.com', 'a@.com', 'a@example.com, b@example.com'])(
  '%j is no e-mail address, and makes nobody',
  async (email) => {
    await expect(registerAccount(world, { name: 'mailed', email })).rejects.toMatchObject({
      code: 'account.email-invalid',
    })
    expect(await findLocalAccount(world.db, 'mailed')).toBeUndefined()
  },
)
