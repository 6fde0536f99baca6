import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Handle, handleFrom } from '../../src/base/handles.ts'
import { Transient } from '../../src/base/transient.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { registerAccount } from '../../src/domain/accounts/register.ts'
import { createDirectory, type RemoteDirectory } from '../../src/remote/directory.ts'
import type { TestDatabase } from '../support/database.ts'
import { testDatabase } from '../support/database.ts'
import { type Json, type Peer, type Person, startPeer } from '../support/peer.ts'
import { PUBLIC_ADDRESS, reasonOf, remoteParts } from '../support/remote.ts'
import { testWorld } from '../support/world.ts'

let database: TestDatabase
let peer: Peer
let world: ReturnType<typeof testWorld>['world']
let clock: ReturnType<typeof testWorld>['clock']
let directory: RemoteDirectory
let counter = 0

beforeAll(async () => {
  database = await testDatabase()
  peer = await startPeer({ tls: true })
  ;({ world, clock } = testWorld(database.db))
})
afterAll(async () => {
  await peer.stop()
  await database[Symbol.asyncDispose]()
})
beforeEach(() => {
  directory = create()
})

function create(newActorsPerHour?: number): RemoteDirectory {
  const { fetcher } = remoteParts(peer, [], { clock })
  return createDirectory({ world, fetcher, ...(newActorsPerHour ? { newActorsPerHour } : {}) })
}

/** Somebody on a server of that name, as nobody has been before. */
async function person(host: string, actor: Json = {}, name = `p${++counter}`): Promise<Person> {
  peer.resolvesTo(host, [PUBLIC_ADDRESS])
  return peer.person(name, { host, actor })
}

const handle = (text: string): Handle => handleFrom(text) ?? { name: '', host: null }

/** What the host of a handle says about it. */
function finger(text: string, subject: string, self: string, host = handle(text).host ?? ''): string {
  peer.resolvesTo(host, [PUBLIC_ADDRESS])
  const url = `https://${host}/.well-known/webfinger?resource=${encodeURIComponent(`acct:${text}`)}`
  const links = [{ rel: 'self', type: 'application/activity+json', href: self }]
  peer.answer(url, { type: 'application/jrd+json', body: { subject: `acct:${subject}`, links } })
  return url
}

async function verified(uri: string): Promise<string | undefined> {
  const row = await database.db
    .selectFrom('account')
    .select(['name', 'host', 'handle_verified'])
    .where('uri', '=', uri)
    .executeTakeFirst()
  return row && `${row.name}@${row.host}${row.handle_verified ? '' : ' (unverified)'}`
}

describe('finding people by handle', () => {
  test('somebody elsewhere is found by WebFinger, read and remembered; the next time nobody is asked', async () => {
    const bob = await person('good.test', { name: 'Bob', manuallyApprovesFollowers: true })
    const found = await directory.find(handle(`@${bob.handle}`))
    expect(found).toMatchObject({
      local: false,
      uri: bob.uri,
      name: bob.name,
      host: 'good.test',
      manuallyApprovesFollowers: true,
      followersUrl: bob.followers,
    })
    expect(found?.inboxId).toBeTypeOf('number')
    const before = peer.requests.length
    expect(await directory.find(handle(bob.handle.toUpperCase()))).toEqual(found)
    expect(await directory.findByUri(bob.uri)).toEqual(found)
    expect(peer.requests.length).toBe(before)
  })

  test('somebody here is found in the database, and nobody else is asked for one of ours', async () => {
    const ann = await registerAccount(world, { name: 'ann' })
    for (const text of ['ann', '@Ann@weft.test', 'acct:ann@WEFT.test']) {
      expect((await directory.find(handle(text)))?.id).toBe(ann.id)
    }
    expect((await directory.findByUri(ann.uri))?.id).toBe(ann.id)
    expect((await directory.refreshActor(ann.uri)) as object).toMatchObject({ id: ann.id })
    expect(await directory.find(handle('nobody@weft.test'))).toBeUndefined()
    expect(await directory.findByUri('https://weft.test/ap/actors/1')).toBeUndefined()
    expect(await directory.findByUri('https://WEFT.test/ap/actors/1')).toBeUndefined()
  })

  test('nobody of that name is undefined; a server that is down may come back', async () => {
    await person('good.test')
    expect(await directory.find(handle('nobody@good.test'))).toBeUndefined()
    peer.resolvesTo('down.test', [PUBLIC_ADDRESS])
    peer.answer(
      `https://down.test/.well-known/webfinger?resource=${encodeURIComponent('acct:a@down.test')}`,
      {
        status: 503,
      },
    )
    await expect(directory.find(handle('a@down.test'))).rejects.toThrow(Transient)
  })
})

describe('S-057 a handle belongs to whom both sides say', () => {
  test('handles on another host than the actors, when both hosts agree', async () => {
    const bob = await person('social.split.test')
    finger(`${bob.name}@split.test`, `${bob.name}@split.test`, bob.uri)
    finger(`${bob.name}@social.split.test`, `${bob.name}@split.test`, bob.uri)
    expect(await directory.find(handle(`${bob.name}@split.test`))).toMatchObject({
      uri: bob.uri,
      host: 'split.test',
    })
    expect(await directory.find(handle(`${bob.name}@social.split.test`))).toMatchObject({
      host: 'split.test',
    })
    expect(await verified(bob.uri)).toBe(`${bob.name}@split.test`)
  })

  test('the same, when the actor says so itself (FEP-2c59)', async () => {
    const bob = await person('social.fep.test', { webfinger: 'carl@fep.test' }, 'carl')
    finger('carl@fep.test', 'carl@fep.test', bob.uri)
    expect(await directory.find(handle('carl@fep.test'))).toMatchObject({ uri: bob.uri, host: 'fep.test' })
  })

  test('a host that names somebody else’s actor gets nobody', async () => {
    const victim = await person('victim.test')
    finger('admin@evil.test', 'admin@evil.test', victim.uri)
    finger(`${victim.name}@evil.test`, `${victim.name}@evil.test`, victim.uri)
    expect(await directory.find(handle('admin@evil.test'))).toBeUndefined()
    expect(await directory.find(handle(`${victim.name}@evil.test`))).toBeUndefined()
    expect(await directory.find(handle(victim.handle))).toMatchObject({
      uri: victim.uri,
      host: 'victim.test',
    })
  })

  test('a subject on a third host is worth nothing until that host agrees', async () => {
    const mallory = await person('evil.test')
    finger(mallory.handle, `${mallory.name}@victim.test`, mallory.uri)
    const victim = await person('victim.test', {}, mallory.name)
    expect(await directory.find(handle(mallory.handle))).toBeUndefined()
    await directory.findByUri(mallory.uri)
    expect(await verified(mallory.uri)).toBe(`${mallory.name}@evil.test (unverified)`)
    expect(await directory.find(handle(victim.handle))).toMatchObject({ uri: victim.uri })
  })

  test('an actor who claims a name on another host is shown at its own', async () => {
    const victim = await person('victim.test')
    const mallory = await person('evil.test', { webfinger: victim.handle, preferredUsername: victim.name })
    await directory.findByUri(mallory.uri)
    expect(await verified(mallory.uri)).toBe(`${victim.name}@evil.test (unverified)`)
    expect(await directory.find(handle(victim.handle))).toMatchObject({ uri: victim.uri })
  })

  test('a third host may not say for the actor’s server where its handles live', async () => {
    const mallory = await person('evil.test', { webfinger: 'eve@helper.test' }, 'eve')
    finger('eve@helper.test', 'eve@victim.test', mallory.uri)
    finger('eve@victim.test', 'eve@victim.test', mallory.uri)
    await directory.findByUri(mallory.uri)
    expect(await verified(mallory.uri)).toBe('eve@evil.test (unverified)')
  })

  test.each([
    ['another name', (name: string) => `other${name}@odd.test`],
    ['another port', (name: string) => `${name}@odd.test:8443`],
    ['a name below', (name: string) => `${name}@sub.odd.test`],
    ['a letter that looks alike', (name: string) => `${name.replace('p', 'р')}@odd.test`],
    ['a host that looks alike', (name: string) => `${name}@оdd.test`],
    ['a zero-width space', (name: string) => `${name}\u200b@odd.test`],
    ['writing turned round', (name: string) => `\u202e${name}@odd.test`],
    ['no handle at all', () => 'nothing'],
  ])('a subject with %s is not the actor’s handle', async (_what, subject) => {
    const bob = await person('odd.test')
    finger(bob.handle, subject(bob.name), bob.uri)
    expect(await directory.find(handle(bob.handle))).toBeUndefined()
    await directory.findByUri(bob.uri)
    expect(await verified(bob.uri)).toBe(`${bob.name}@odd.test (unverified)`)
  })

  test('the case of a handle does not matter', async () => {
    const bob = await person('case.test', { preferredUsername: 'BoB' }, 'bob')
    finger('BoB@case.test', 'bOb@CASE.test', bob.uri)
    finger('bob@case.test', 'bOb@CASE.test', bob.uri)
    expect(await directory.find(handle('bob@case.test'))).toMatchObject({ uri: bob.uri, name: 'BoB' })
  })

  test('a self link on a third host that says otherwise finds nobody', async () => {
    const far = await person('far.test')
    finger('boss@near.test', 'boss@near.test', far.uri)
    expect(await directory.find(handle('boss@near.test'))).toBeUndefined()
  })

  test('a WebFinger that fails leaves the actor without proof, and the next look proves it', async () => {
    const bob = await person('late.test')
    const url = finger(bob.handle, bob.handle, bob.uri)
    peer.answer(url, { status: 500 })
    await directory.findByUri(bob.uri)
    expect(await verified(bob.uri)).toBe(`${bob.handle} (unverified)`)
    finger(bob.handle, bob.handle, bob.uri)
    clock.advance(61_000)
    expect(await directory.find(handle(bob.handle))).toMatchObject({ uri: bob.uri })
    expect(await verified(bob.uri)).toBe(bob.handle)
  })

  test('S-043 a changed name is proven anew; an unchanged one asks for no WebFinger', async () => {
    const bob = await person('rename.test')
    await directory.find(handle(bob.handle))
    const asked = () => peer.requests.filter((seen) => seen.path.startsWith('/.well-known')).length
    const before = asked()
    await directory.refreshActor(bob.uri)
    expect(asked()).toBe(before)
    bob.actor.preferredUsername = 'renamed'
    await directory.refreshActor(bob.uri)
    expect(await verified(bob.uri)).toBe('renamed@rename.test (unverified)')
    finger('renamed@rename.test', 'renamed@rename.test', bob.uri)
    clock.advance(61_000)
    await directory.refreshActor(bob.uri)
    expect(await verified(bob.uri)).toBe('renamed@rename.test')
  })
})

describe('S-058 a new actor under a known name', () => {
  test('is an account of its own; the old one keeps its relations and loses the proof', async () => {
    const old = await person('again.test', {}, 'dora')
    const before = await directory.find(handle('dora@again.test'))
    const fresh = await person('again.test', { preferredUsername: 'dora' }, 'dora2')
    finger('dora@again.test', 'dora@again.test', fresh.uri)
    const after = await directory.findByUri(fresh.uri)
    expect(after?.id).not.toBe(before?.id)
    expect(await verified(old.uri)).toBe('dora@again.test (unverified)')
    expect(await directory.find(handle('dora@again.test'))).toMatchObject({ id: after?.id, uri: fresh.uri })
  })
})

describe('an id finds only the actor who has it', () => {
  test('S-055 a document that claims an id of ours is not stored', async () => {
    const ann = await registerAccount(world, { name: 'ann2' })
    peer.resolvesTo('evil.test', [PUBLIC_ADDRESS])
    const fake = { type: 'Person', id: ann.uri, preferredUsername: 'ann2', inbox: 'https://evil.test/inbox' }
    peer.serve('https://evil.test/ann', fake)
    expect(await directory.findByUri('https://evil.test/ann')).toBeUndefined()
    const rows = await database.db.selectFrom('account').select('local').where('name', '=', 'ann2').execute()
    expect(rows).toEqual([{ local: true }])
  })

  test('an address that leads to somebody else is not theirs: no redirect makes a stranger a victim', async () => {
    const victim = await person('victim.test')
    const [alias, redirected] = ['https://evil.test/users/alias', 'https://evil.test/users/redirected']
    peer.serve(alias, { ...victim.actor })
    peer.answer(redirected, { redirect: victim.uri })
    expect(await directory.findByUri(alias)).toBeUndefined()
    expect(await directory.findByUri(redirected)).toBeUndefined()
    expect(await directory.refreshActor(redirected)).toBeUndefined()
    expect(await directory.findByUri(victim.uri)).toMatchObject({ uri: victim.uri })
  })

  test.each([
    ['no actor', { type: 'Note' }],
    ['an inbox elsewhere (S-065)', { inbox: 'https://victim.test/inbox' }],
    ['an inbox at a port that we do not go to (S-065)', { inbox: 'https://rogue.test:25/inbox' }],
    ['no inbox', { inbox: null }],
    ['an inbox over plain http (S-065)', { inbox: 'http://rogue.test/inbox' }],
  ])('%s: nobody', async (_what, actor) => {
    const rogue = await person('rogue.test', actor)
    expect(await directory.findByUri(rogue.uri)).toBeUndefined()
    expect(await findAccountByUri(database.db, rogue.uri)).toBeUndefined()
  })

  test.each([
    ['elsewhere', 'https://victim.test/inbox'],
    ['inside', 'https://127.0.0.1/inbox'],
    ['at an odd port', 'https://rogue.test:6379/inbox'],
  ])('S-065 a shared inbox %s is left out', async (_what, sharedInbox) => {
    const rogue = await person('rogue.test', { endpoints: { sharedInbox } })
    await directory.findByUri(rogue.uri)
    const row = await database.db
      .selectFrom('account')
      .select(['inbox_id', 'shared_inbox_id'])
      .where('uri', '=', rogue.uri)
      .executeTakeFirstOrThrow()
    expect([typeof row.inbox_id, row.shared_inbox_id]).toEqual(['number', null])
  })

  test('gone is gone when its own server says so', async () => {
    const bob = await person('gone.test')
    await directory.findByUri(bob.uri)
    peer.answer(bob.uri, { status: 410 })
    expect(await directory.refreshActor(bob.uri)).toBe('gone')
    const carol = await person('gone.test', { type: 'Tombstone' })
    expect(await directory.refreshActor(carol.uri)).toBe('gone')
    peer.answer(`${carol.uri}x`, { status: 404 })
    expect(await directory.refreshActor(`${carol.uri}x`)).toBe('gone')
    peer.answer(`${carol.uri}y`, { status: 500 })
    expect(await reasonOf(directory.refreshActor(`${carol.uri}y`))).toContain('Transient')
  })
})

describe('keys and their owners', () => {
  test('a fragment of the actor: both kinds of key are found, and stored with the actor', async () => {
    const bob = await person('keys.test')
    const { keys } = directory
    expect(await keys.find(bob.keys.rsa.uri)).toBeUndefined()
    expect(await keys.refetch(bob.keys.rsa.uri)).toMatchObject({
      keyUri: bob.keys.rsa.uri,
      actorUri: bob.uri,
      kind: 'rsa',
      publicKey: bob.keys.rsa.publicPem,
    })
    expect(await keys.find(bob.keys.ed25519.uri)).toMatchObject({
      actorUri: bob.uri,
      kind: 'ed25519',
      publicKey: bob.keys.ed25519.multibase,
    })
  })

  test('S-017 a key that was replaced is had anew, and the old one is no more', async () => {
    const bob = await person('keys.test')
    const next = await person('keys.test')
    await directory.keys.refetch(bob.keys.rsa.uri)
    bob.actor.publicKey = { id: `${bob.uri}#key-2`, owner: bob.uri, publicKeyPem: next.keys.rsa.publicPem }
    expect(await directory.keys.refetch(`${bob.uri}#key-2`)).toMatchObject({
      publicKey: next.keys.rsa.publicPem,
    })
    expect(await directory.keys.refetch(bob.keys.rsa.uri)).toBeUndefined()
    expect(await directory.keys.find(bob.keys.rsa.uri)).toBeUndefined()
  })

  test('a stub at the address of the key leads to its owner (GoToSocial)', async () => {
    const bob = await person('gts.test')
    const keyUri = `${bob.uri}/main-key`
    const publicKey = { id: keyUri, owner: bob.uri, publicKeyPem: bob.keys.rsa.publicPem }
    bob.actor.publicKey = publicKey
    peer.serve(keyUri, { id: bob.uri, type: 'Person', preferredUsername: bob.name, publicKey })
    expect(await directory.keys.refetch(keyUri)).toMatchObject({ keyUri, actorUri: bob.uri })
  })

  test('a key document of its own, which the actor names by its id alone', async () => {
    const bob = await person('keydoc.test')
    const keyUri = 'https://keydoc.test/keys/1'
    bob.actor.publicKey = keyUri
    peer.serve(keyUri, { id: keyUri, type: 'Key', owner: bob.uri, publicKeyPem: bob.keys.rsa.publicPem })
    expect(await directory.keys.refetch(keyUri)).toMatchObject({ keyUri, actorUri: bob.uri, kind: 'rsa' })
    expect(await directory.keys.find(keyUri)).toMatchObject({ keyUri, actorUri: bob.uri })
  })

  test('S-012 a key document that merely names its victim as owner is nobody’s', async () => {
    const victim = await person('victim.test')
    const mallory = await person('evil.test')
    const publicKeyPem = mallory.keys.rsa.publicPem
    for (const [at, claim] of [
      ['https://evil.test/key', { owner: victim.uri }],
      ['https://evil.test/key2', { controller: victim.uri }],
      ['https://victim.test/uploads/key', { owner: victim.uri }],
    ] as const) {
      peer.serve(at, { id: at, type: 'Key', publicKeyPem, ...claim })
      expect(await directory.keys.refetch(at)).toBeUndefined()
    }
  })

  test('S-013 an actor document with a foreign id, or with a foreign key, proves nothing', async () => {
    const victim = await person('victim.test')
    const mallory = await person('evil.test')
    const stolen = `${mallory.uri}#stolen`
    mallory.actor.publicKey = { id: stolen, owner: victim.uri, publicKeyPem: mallory.keys.rsa.publicPem }
    expect(await directory.keys.refetch(stolen)).toBeUndefined()
    const at = 'https://evil.test/impostor'
    const publicKey = { id: `${at}#main-key`, owner: victim.uri, publicKeyPem: mallory.keys.rsa.publicPem }
    peer.serve(at, { ...victim.actor, publicKey })
    expect(await directory.keys.refetch(`${at}#main-key`)).toBeUndefined()
    expect((await directory.keys.find(victim.keys.rsa.uri))?.publicKey ?? victim.keys.rsa.publicPem).toBe(
      victim.keys.rsa.publicPem,
    )
  })

  test('a key of ours is never asked for', async () => {
    const before = peer.requests.length
    expect(await directory.keys.refetch('https://weft.test/ap/actors/1#main-key')).toBeUndefined()
    expect(peer.requests.length).toBe(before)
  })

  test('a key whose server is down is a reason to try again later', async () => {
    peer.resolvesTo('down.test', [PUBLIC_ADDRESS])
    peer.answer('https://down.test/users/x', { status: 502 })
    expect(await reasonOf(directory.keys.refetch('https://down.test/users/x#main-key'))).toContain(
      'Transient',
    )
  })
})

describe('S-072 so many strangers an hour for each registrable domain', () => {
  test('names below one domain share its hour, known actors and other domains do not', async () => {
    directory = create(5)
    const known = await person('a0.wild.test')
    await directory.findByUri(known.uri)
    const strangers = await Promise.all(Array.from({ length: 8 }, (_, i) => person(`a${i + 1}.wild.test`)))
    const outcomes: string[] = []
    for (const stranger of strangers) {
      outcomes.push(
        await directory.findByUri(stranger.uri).then(
          () => 'found',
          (error: Error) => error.name,
        ),
      )
    }
    expect(outcomes).toEqual([
      'found',
      'found',
      'found',
      'found',
      'Transient',
      'Transient',
      'Transient',
      'Transient',
    ])
    const last = strangers[7] as Person
    expect(peer.hits(last.uri)).toBe(0)
    await expect(directory.keys.refetch(last.keys.rsa.uri)).rejects.toMatchObject({ retryAfterSeconds: 3600 })
    await expect(directory.find(handle(last.handle))).rejects.toThrow(Transient)

    expect(await directory.refreshActor(known.uri)).toMatchObject({ uri: known.uri })
    const elsewhere = await person('tame.test')
    expect(await directory.findByUri(elsewhere.uri)).toMatchObject({ uri: elsewhere.uri })

    clock.advance(3_601_000)
    expect(await directory.findByUri(last.uri)).toMatchObject({ uri: last.uri })
  })

  test('many who ask for one stranger at once spend one, and ask once', async () => {
    directory = create(1)
    const bob = await person('popular.test')
    const found = await Promise.all(Array.from({ length: 50 }, () => directory.findByUri(bob.uri)))
    expect(new Set(found.map((account) => account?.uri))).toEqual(new Set([bob.uri]))
    expect(peer.hits(bob.uri)).toBe(1)
  })

  test('S-073 minted keys cost one request each at most, then none, and leave no rows', async () => {
    directory = create(20)
    peer.resolvesTo('mint.test', [PUBLIC_ADDRESS])
    const rows = async () =>
      Number(
        (
          await database.db
            .selectFrom('account')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .executeTakeFirstOrThrow()
        ).count,
      )
    const [rowsBefore, requestsBefore] = [await rows(), peer.requests.length]
    for (let i = 0; i < 200; i++) {
      await directory.keys.refetch(`https://mint.test/k/${i}#main-key`).catch(() => undefined)
      await directory.keys.refetch(`https://mint.test/k/0#key-${i}`).catch(() => undefined)
    }
    expect(peer.requests.length - requestsBefore).toBeLessThanOrEqual(20)
    expect(await rows()).toBe(rowsBefore)
  })
})

describe('posts from their own server', () => {
  test('a post is had with its author’s server behind it', async () => {
    const bob = await person('posts.test')
    const note = bob.note('hello')
    expect(await directory.post(String(note.id))).toEqual(note)
  })

  test('S-041 an author of another server, several of which one is, or none that can be: not believed', async () => {
    const bob = await person('posts.test')
    for (const attributedTo of [
      'https://victim.test/users/v',
      'https://weft.test/ap/actors/1',
      [bob.uri, 'https://victim.test/users/v'],
      [],
      7,
      'bob',
      null,
      { type: 'Person', name: 'bob' },
    ]) {
      const note = bob.note('hello', { attributedTo })
      expect(await directory.post(String(note.id)), JSON.stringify(attributedTo)).toBeUndefined()
    }
    const group = bob.note('hello', {
      attributedTo: [bob.uri, { type: 'Group', id: 'https://posts.test/groups/1' }],
    })
    expect(await directory.post(String(group.id))).toEqual(group)
  })

  test('S-040 a copy on another server leads to the original', async () => {
    const bob = await person('posts.test')
    const note = bob.note('the truth')
    peer.serve('https://evil.test/copy', { ...note, content: 'a lie' })
    expect(await directory.post('https://evil.test/copy')).toEqual(note)
  })

  test('gone posts are gone: 410 or Tombstone; missing ones are not to be had', async () => {
    const bob = await person('posts.test')
    const [one, two, three] = [bob.note('1'), bob.note('2'), bob.note('3')].map((note) => String(note.id))
    peer.answer(one ?? '', { status: 410 })
    peer.serve(two ?? '', { id: two, type: 'Tombstone' })
    peer.answer(three ?? '', { status: 404 })
    expect(await directory.post(one ?? '')).toBe('gone')
    expect(await directory.post(two ?? '')).toBe('gone')
    expect(await directory.post(three ?? '')).toBeUndefined()
  })
})
