import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { changeProfile } from '../../src/media/profile-image.ts'
import { diskStorage } from '../../src/media/storage.ts'
import { viewAccount } from '../../src/views/accounts.ts'
import { testDatabase } from '../support/database.ts'
import { picture } from '../support/files.ts'
import { personHere, testWorld } from '../support/world.ts'

const database = await testDatabase()
const folder = await mkdtemp(join(tmpdir(), 'weft-profile-'))
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})
const { world } = testWorld(database.db)
const storage = diskStorage(folder)
const anna = await personHere(world, 'anna')
const filesKept = async () =>
  (await readdir(folder, { recursive: true })).filter((name) => /\.\w+$/.test(name))
const good = { bytes: await picture({ format: 'png' }), alt: 'red' }

test('a profile changes with its pictures, or not at all', async () => {
  const bad = { bytes: Buffer.from('no picture'), alt: '' }
  await expect(
    changeProfile(world, storage, anna, { displayName: 'New' }, { avatar: good, header: bad }),
  ).rejects.toMatchObject({ code: 'media.unreadable' })
  const fields = Array.from({ length: 11 }, () => ({ name: 'one', value: 'too many' }))
  await expect(changeProfile(world, storage, anna, { fields }, { avatar: good })).rejects.toMatchObject({
    code: 'account.too-many-fields',
  })
  expect(await viewAccount(world.db, anna.id)).toMatchObject({ displayName: '', avatarUrl: null })
  expect(await filesKept()).toEqual([])

  await changeProfile(world, storage, anna, { displayName: 'New' }, { avatar: good })
  expect(await viewAccount(world.db, anna.id)).toMatchObject({
    displayName: 'New',
    avatarUrl: expect.stringContaining('/media/'),
    avatarAlt: 'red',
    headerUrl: null,
  })
  expect(await filesKept()).toHaveLength(1)
})
