import { beforeEach, describe, expect, test } from 'vitest'
import { Transient } from '../../src/base/transient.ts'
import { holdKeys } from '../../src/federation/known-keys.ts'
import type { KeyFinder } from '../../src/federation/verify.ts'
import { makeRsaKey } from '../support/peer/keys.ts'
import {
  ALICE,
  check,
  clock,
  found,
  keys,
  mallory,
  minutesAway,
  origin,
  refetched,
  refused,
  rsa,
  startOver,
  table,
} from './signed-requests.ts'

const successor = await makeRsaKey(`${ALICE}#main-key`)

beforeEach(startOver)

describe('whose key it is', () => {
  test('S-010: a key that is too small proves nothing', async () => {
    const small = await makeRsaKey(rsa.uri, 1024)
    table.set(rsa.uri, found(small, { fetchedAt: clock.now() }))
    await expect(check({ key: small })).rejects.toEqual(refused('1024 bits'))
  })

  test('S-012: a key on one server speaks for no actor on another', async () => {
    table.set(mallory.uri, found(mallory, { actorUri: ALICE }))
    origin.set(mallory.uri, found(mallory, { actorUri: ALICE, fetchedAt: clock.now() }))
    await expect(check({ key: mallory })).rejects.toEqual(refused('on another server than its owner'))
  })

  test('S-013: a key under another address than the signature names is another key', async () => {
    origin.set(`${ALICE}#other`, found(rsa))
    await expect(check({ keyId: `${ALICE}#other` })).rejects.toEqual(
      refused('another one than the signature names'),
    )
  })

  test.each([
    'https://PEER.test/users/alice#main-key',
    'https://peer.test:443/users/alice#main-key',
    'https://peer.test./users/alice#main-key',
    'HTTPS://Peer.Test/users/alice#main-key',
  ])('S-020: %s is the same key', async (keyId) => {
    expect(await check({ keyId })).toMatchObject({ keyUri: rsa.uri })
  })

  test.each([
    'http://peer.test/users/alice#main-key',
    'https://peer.test:8443/users/alice#main-key',
    'https://peer.test/users/Alice#main-key',
    'https://peer.test/users/alice/#main-key',
  ])('S-020: %s is not', async (keyId) => {
    await expect(check({ keyId })).rejects.toMatchObject({ code: 'signature.key-unavailable' })
  })

  test.each([
    'https://peer.test@evil.test/#k',
    'https://@peer.test/#k',
    'https://peer.test\\@evil.test/#k',
    'https:///peer.test/#k',
    'https://peer.test/a b',
  ])('S-020: %s is no key at all', async (keyId) => {
    await expect(check({ keyId })).rejects.toEqual(refused('names no key|cannot be read'))
    expect(refetched).toEqual([])
  })
})

describe('S-017: when a key has been replaced', () => {
  const rotate = () => origin.set(rsa.uri, found(successor, { fetchedAt: clock.now() }))

  test('it is asked for once, and then the signature holds', async () => {
    rotate()
    expect(await check({ key: successor })).toMatchObject({ actorUri: ALICE })
    expect(await check({ key: successor })).toMatchObject({ actorUri: ALICE })
    expect(refetched).toEqual([rsa.uri])
  })

  test('the old key does not hold any longer', async () => {
    rotate()
    await check({ key: successor })
    await expect(check()).rejects.toEqual(refused('does not fit'))
  })

  test('it is not asked for when we have had it for less than 5 minutes', async () => {
    rotate()
    table.set(rsa.uri, found(rsa, { fetchedAt: minutesAway(-4) }))
    await expect(check({ key: successor })).rejects.toEqual(refused('does not fit'))
    expect(refetched).toEqual([])
  })

  test('it is asked for once a minute, however many forgeries name it', async () => {
    const held = holdKeys(keys, clock)
    origin.set(rsa.uri, found(rsa, { fetchedAt: minutesAway(-10) }))
    const forgeries = Array.from({ length: 20 }, () => check({ key: mallory, keyId: rsa.uri }, held))
    expect((await Promise.allSettled(forgeries)).every(({ status }) => status === 'rejected')).toBe(true)
    expect(refetched).toHaveLength(1)
    clock.advance(59_000)
    await expect(check({ key: mallory, keyId: rsa.uri }, held)).rejects.toThrow()
    expect(refetched).toHaveLength(1)
    clock.advance(2000)
    await expect(check({ key: mallory, keyId: rsa.uri }, held)).rejects.toThrow()
    expect(refetched).toHaveLength(2)
  })

  test('a key that is nowhere is asked for once a minute', async () => {
    const held = holdKeys(keys, clock)
    for (let at = 0; at < 10; at++) {
      await expect(check({ keyId: `${ALICE}#none` }, held)).rejects.toEqual(
        refused('no key at', 'signature.key-unavailable'),
      )
    }
    expect(refetched).toEqual([`${ALICE}#none`])
  })

  test('S-073: minted keys of one host are asked for 300 times a minute, not more', async () => {
    const held = holdKeys(keys, clock)
    let refusals = 0
    for (let at = 0; at < 400; at++) await held.refetch(`${ALICE}#${at}`).catch(() => refusals++)
    expect([refetched.length, refusals]).toEqual([300, 100])
    await held.refetch('https://other.test/users/x#k')
    expect(refetched).toHaveLength(301)
    clock.advance(61_000)
    await held.refetch(`${ALICE}#again`)
    expect(refetched).toHaveLength(302)
  })

  test('S-073: two hundred are asked for at once, not more, and a silent server holds nobody for ever', async () => {
    const silent = holdKeys({ ...keys, refetch: () => new Promise(() => undefined) }, clock)
    for (let at = 0; at < 200; at++) {
      void silent.refetch(`https://silent${at}.test/#k`).catch(() => undefined)
    }
    await expect(silent.refetch('https://one-more.test/#k')).rejects.toThrow('too many keys')
  })

  test('a finder that fails on our side is no fault of the sender', async () => {
    const broken: KeyFinder = { ...keys, find: () => Promise.reject(new Error('the database is down')) }
    await expect(check({}, broken)).rejects.toThrow('the database is down')
  })
})

describe('S-018: a key that its owner took back', () => {
  test('stops working within a day', async () => {
    origin.delete(rsa.uri)
    table.set(rsa.uri, found(rsa, { fetchedAt: minutesAway(-23 * 60) }))
    expect(await check()).toMatchObject({ actorUri: ALICE })
    table.set(rsa.uri, found(rsa, { fetchedAt: minutesAway(-25 * 60) }))
    await expect(check()).rejects.toEqual(refused('no key at', 'signature.key-unavailable'))
  })

  test('one that is confirmed goes on working', async () => {
    table.set(rsa.uri, found(rsa, { fetchedAt: minutesAway(-25 * 60) }))
    origin.set(rsa.uri, found(rsa, { fetchedAt: clock.now() }))
    expect(await check()).toMatchObject({ actorUri: ALICE })
    expect(await check()).toMatchObject({ actorUri: ALICE })
    expect(refetched).toHaveLength(1)
  })

  test('while its server cannot be asked it works for a week', async () => {
    origin.set(rsa.uri, new Transient('peer.test does not answer'))
    table.set(rsa.uri, found(rsa, { fetchedAt: minutesAway(-6 * 24 * 60) }))
    expect(await check()).toMatchObject({ actorUri: ALICE })
    table.set(rsa.uri, found(rsa, { fetchedAt: minutesAway(-8 * 24 * 60) }))
    await expect(check()).rejects.toMatchObject({ code: 'signature.key-unavailable' })
  })
})
