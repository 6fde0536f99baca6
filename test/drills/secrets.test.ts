import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Secret as Secret32 } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { createUris } from '../../src/base/uris.ts'
import { findPrivateKey } from '../../src/domain/accounts/find.ts'
import { createKeyring } from '../../src/federation/keys.ts'
import { codeAt, codesOn, giveCode, setUpApp } from '../faces/pages/factors.ts'
import { createVisitor } from '../faces/pages/site.ts'
import { signed } from '../support/peer/signer.ts'
import { type Json, type Peer, type Person, startPeer } from '../support/peer.ts'
import type { RunningProcess } from '../support/process.ts'
import { eventually } from '../support/weft.ts'
import { block } from './support/blocking.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import { type Sink, startSink } from './support/sink.ts'

const PASSWORD = 'seven small boats at dawn'
const OTHER_PASSWORD = 'eight larger boats at dusk'
const WRONG_PASSWORD = 'nine boats nobody ever saw'
const CLI_PASSWORD = 'ten boats by the command line'
const SECRET = 'what encrypts the keys, and is known to nobody else'

let ground: Ground
let peer: Peer
let sink: Sink
let server: RunningProcess
/** everything that must be nowhere, with what it is */
const secrets = new Map<string, string>()
beforeAll(async () => {
  ;[ground, peer, sink] = await Promise.all([
    breakGround({ env: { WEFT_LOG_LEVEL: 'debug', WEFT_SECRET: SECRET } }),
    startPeer(),
    startSink(3),
  ])
  server = await ground.start()
  for (const password of [PASSWORD, OTHER_PASSWORD, WRONG_PASSWORD, CLI_PASSWORD])
    secrets.set(password, 'a password')
  secrets.set(SECRET, 'the secret')
}, 90_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await peer?.stop()
  await sink?.[Symbol.asyncDispose]()
})

test('S-160, S-162: a server that has done everything it can shows no secret in its logs nor in a dump of its database', {
  timeout: 180_000,
}, async () => {
  await visitInBrowser()
  await guardAccount()
  const bob = await peer.person('bob')
  const anna = await actByCommands(bob)
  await hearFromElsewhere(bob, anna)
  await goWrong(anna)
  await noteKeys()
  for (const { headers } of peer.requests) noteSignature(headers.signature, 'a signature of ours')

  const dump = await wholeDatabase()
  const work = ['delivery', 'job', 'lane_job'].filter((table) => dump.includes(`\n${table} {`))
  expect(work, 'there is work in the queue').toEqual(['delivery', 'job', 'lane_job'])
  expect(leaksIn(dump), 'in the database').toEqual([])
  expect(dump).not.toMatch(/PRIVATE KEY|"d":\s*\\?"[\w-]{20,}/)

  await server.end('SIGTERM')
  // Whoever starts a server that has no owner yet is told the link, there and nowhere else.
  const logs = server.stderr() + server.stdout().replace(/\/setup\?token=\S+/, '')
  for (const told of ['a defect', 'was answered 500', 'was answered 503', 'was answered 401', 'Create']) {
    expect(logs).toContain(told)
  }
  expect(leaksIn(logs), 'in the logs').toEqual([])
  expect(logs).not.toMatch(/PRIVATE KEY|"d":\s*\\?"[\w-]{20,}|keyId=|sig1=:/)
  server = await ground.start()
  expect(server.stdout()).not.toContain('token')
})

/** The owner's link, signing in rightly and wrongly, and a new password. */
async function visitInBrowser(): Promise<void> {
  const link = /\/setup\?token=([\w-]+)/.exec(server.stdout()) ?? expect.fail('no link for the owner')
  const visitor = createVisitor(ground.origin)
  const owner = { name: 'owner', displayName: 'The Owner', password: PASSWORD }
  expect((await visitor.send(link[0], '/setup', owner)).status).toBe(303)
  noteCookies(visitor)
  expect((await visitor.get('/accounts')).status).toBe(200)
  const change = { current: PASSWORD, next: OTHER_PASSWORD }
  const changed = await visitor.send('/accounts/security', '/accounts/password', change)
  expect(changed.status, changed.body).toBeLessThan(400)
  noteCookies(visitor)

  const another = createVisitor(ground.origin)
  noteCookies(another)
  expect((await another.signIn('owner', WRONG_PASSWORD)).status).toBe(401)
  noteCookies(another)
  expect((await another.signIn('owner', OTHER_PASSWORD)).status).toBe(303)
  noteCookies(another)
  // A form that is out of date, and one that is none.
  expect(
    (await another.post('/sign-in', { login: 'owner', password: WRONG_PASSWORD, csrf: 'stale' })).status,
  ).toBe(403)
  expect((await another.get(`/accounts?token=${link[1]}`)).status).toBe(200)
  // It is on the terminal of whoever starts the server, and worth nothing from now on.
  secrets.set(String(link[1]), 'the token of the owner’s link')
}

/** An authenticator app and recovery codes: set up, used rightly and wrongly, made anew, and left as they are. */
async function guardAccount(): Promise<void> {
  const visitor = createVisitor(ground.origin)
  expect((await visitor.signIn('owner', OTHER_PASSWORD)).status).toBe(303)
  const { secret, codes, reply } = await setUpApp(visitor, new Date())
  expect([reply.status, codes.length]).toEqual([200, 10])
  secrets.set(secret, 'the key of an authenticator app')
  const bytes = Buffer.from(Secret32.fromBase32(secret).bytes)
  secrets.set(bytes.toString('base64url'), 'the key of an authenticator app')
  noteCookies(visitor)

  const another = createVisitor(ground.origin)
  await another.signIn('owner', OTHER_PASSWORD)
  noteCookies(another)
  const wrong = codeAt(secret, new Date(0))
  expect((await giveCode(another, `${wrong} ${WRONG_PASSWORD}`)).status).toBe(401)
  expect((await giveCode(another, codes[0] ?? '')).status).toBe(303)
  noteCookies(another)
  const renewed = codesOn(await another.send('/accounts/security', '/accounts/security/codes', {}))
  expect(renewed).toHaveLength(10)
  for (const code of [...codes, ...renewed]) {
    secrets.set(code, 'a recovery code')
    secrets.set(code.replaceAll('-', ''), 'a recovery code')
  }
}

/** Accounts, posts, a follow that is answered, failures. */
async function actByCommands(bob: Person): Promise<{ readonly uri: string; readonly inbox: string }> {
  const cli = join(import.meta.dirname, '../../src/cli/weft.ts')
  const made = spawnSync(process.execPath, [cli, 'account', 'create', 'anna', '--password-stdin', '--json'], {
    env: { PATH: process.env.PATH, NODE_ENV: 'test', ...ground.env, PORT: String(ground.port) },
    input: `${CLI_PASSWORD}\n`,
    encoding: 'utf8',
  })
  expect(made.stderr).toBe('')
  const uri = String(JSON.parse(made.stdout).actor)
  const anna = { uri, inbox: `${uri}/inbox` }
  expect(leaksIn(made.stdout)).toEqual([])
  await giveFollowers(ground.db, 'anna', sink.inboxes(1))
  // One takes it; one refuses it in both forms of signature; one is busy, so that something waits.
  sink.answer(({ host }) => ({ status: [202, 401, 503][host] ?? 500 }))
  await ground.cli('follow', 'anna', `@${bob.handle}`)
  const follow = await bob.receives('Follow', 30_000)
  await bob.post(anna.inbox, bob.accept(follow))
  const [post] = await ground.cli('post', 'anna', `hello @${bob.handle}`)
  await bob.receives('Create', 30_000)
  await ground.cli('edit', String(post?.url), `hello again @${bob.handle}`)
  await ground.cli('post', 'anna', 'for some alone', '--visibility', 'followers')
  await eventually(async () => expect(sink.hits.length).toBeGreaterThan(3))
  return anna
}

/** Activities that are taken, and others that are not; with both forms of signature. */
async function hearFromElsewhere(bob: Person, anna: { uri: string; inbox: string }): Promise<void> {
  const send = async (activity: Json, options: Parameters<typeof signed>[2], spoil = false) => {
    const body = Buffer.from(JSON.stringify(activity))
    const headers = { 'content-type': 'application/activity+json' }
    const outgoing = signed({ method: 'POST', url: anna.inbox, headers, body }, bob.keys.rsa, options)
    noteSignature(outgoing.headers.signature, 'a signature of theirs')
    const spoilt = { ...outgoing, body: Buffer.from(`${body} `) }
    return (await peer.send(spoil ? spoilt : outgoing)).status
  }
  for (const options of [{}, { scheme: 'rfc9421' as const }]) {
    const note = bob.note('hello', {
      cc: [anna.uri],
      tag: [{ type: 'Mention', href: anna.uri, name: '@anna' }],
    })
    expect(await send(bob.create(note), options)).toBe(202)
    expect(await send(bob.create(note), options, true)).toBe(401)
  }
  expect(await send(bob.follow(anna.uri), {})).toBe(202)
  await bob.receives('Accept', 30_000)
}

/** What throws in the middle, with everything that it carries. */
async function goWrong(anna: { readonly uri: string }): Promise<void> {
  await sql`
    CREATE FUNCTION defect() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a defect' USING DETAIL = NEW::text; END $$`.execute(ground.db)
  for (const table of ['session', 'second_step', 'post', 'delivery']) {
    await sql`CREATE TRIGGER defect BEFORE INSERT ON ${sql.table(table)} FOR EACH ROW EXECUTE FUNCTION defect()`.execute(
      ground.db,
    )
  }
  const visitor = createVisitor(ground.origin)
  expect((await visitor.signIn('owner', OTHER_PASSWORD)).status).toBe(500)
  noteCookies(visitor)
  // A job and an activity that fail, and stay in the queue.
  await sql`DROP TRIGGER defect ON post`.execute(ground.db)
  await ground.cli('post', 'anna', 'this is not delivered')
  await sql`CREATE TRIGGER defect BEFORE INSERT ON post FOR EACH ROW EXECUTE FUNCTION defect()`.execute(
    ground.db,
  )
  const carol = await peer.person('carol')
  const note = carol.note('a defect', {
    cc: [anna.uri],
    tag: [{ type: 'Mention', href: anna.uri, name: '@anna' }],
  })
  await carol.post(`${anna.uri}/inbox`, carol.create(note))
  // The first look asks for carol; what she says is a job then, so she says it again.
  await eventually(async () => expect(server.stderr()).toContain('a defect'))
  await carol.post(`${anna.uri}/inbox`, carol.create(note))
  await eventually(async () =>
    expect(await ground.db.selectFrom('lane_job').select('id').execute()).not.toEqual([]),
  )

  // The database goes away while somebody signs in.
  await using sessions = await block(ground.db, 'login', 'ACCESS EXCLUSIVE')
  const signingIn = createVisitor(ground.origin).signIn('owner', OTHER_PASSWORD)
  await sessions.waitedFor(1)
  await sql`
    SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'login'::regclass
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(ground.db)
  expect((await signingIn).status).toBe(503)
}

function noteCookies({ cookies }: ReturnType<typeof createVisitor>): void {
  for (const [name, value] of cookies) if (value !== '') secrets.set(value, `the cookie ${name}`)
}

function noteSignature(header: string | undefined, what: string): void {
  const [, value] = /signature="([^"]+)"/.exec(header ?? '') ?? /=:([^:]+):/.exec(header ?? '') ?? []
  if (value !== undefined) secrets.set(value, what)
}

/** The private halves of all keys of ours, as they are when they are used. */
async function noteKeys(): Promise<void> {
  const keyring = createKeyring(new Secret(SECRET), createUris(ground.origin, new URL(ground.origin).host))
  const accounts = await ground.db
    .selectFrom('account')
    .select(['id', 'name'])
    .where('local', '=', true)
    .execute()
  expect(accounts.length).toBeGreaterThan(2)
  for (const { id, name } of accounts) {
    for (const kind of ['rsa', 'ed25519'] as const) {
      const found = await findPrivateKey(ground.db, id, kind)
      if (!found) continue
      const key = await keyring.open(found.sealed, id, kind)
      const jwk = await crypto.subtle.exportKey('jwk', key)
      const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
      for (const part of [jwk.d, jwk.p, jwk.q]) if (part) secrets.set(part, `a key of ${name}`)
      secrets.set(der.toString('base64').slice(40, 100), `a key of ${name}`)
    }
  }
}

/** Which secrets stand in a text, in one writing or another. */
function leaksIn(text: string): string[] {
  const places = new Set<string>()
  for (const [secret, what] of secrets) {
    const writings = [
      secret,
      encodeURIComponent(secret),
      new URLSearchParams({ x: secret }).toString().slice(2),
    ]
    for (const bytes of [
      Buffer.from(secret),
      Buffer.from(secret, 'base64'),
      Buffer.from(secret, 'base64url'),
    ]) {
      if (bytes.length < 16) continue
      writings.push(bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url'))
    }
    for (const writing of writings) {
      const at = text.indexOf(writing)
      if (at !== -1) places.add(`${what}: ${text.slice(Math.max(0, at - 150), at)}`)
    }
  }
  return [...places]
}

/** Every row of every table, one a line, with its table's name before it. */
async function wholeDatabase(): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    SELECT c.oid::regclass::text AS name FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    ORDER BY name`.execute(ground.db)
  expect(tables.length).toBeGreaterThan(20)
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql<{
      row: string
    }>`SELECT row_to_json(t)::text AS row FROM ${sql.raw(name)} t`.execute(ground.db)
    texts.push(...rows.map(({ row }) => `${name} ${row}`))
  }
  return texts.join('\n')
}
