import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { findPrivateKey } from '../../src/domain/accounts/find.ts'
import { registerAccount } from '../../src/domain/accounts/register.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { createKeyring } from '../../src/federation/keys.ts'
import { testDatabase } from '../support/database.ts'
import { personElsewhere, testWorld } from '../support/world.ts'

const SECRET = 'a secret of this very test, long enough'

test('S-160: a dump of the whole database, queue rows included, shows no private key and not the secret', async () => {
  await using database = await testDatabase()
  const { db } = database
  const { world } = testWorld(db, SECRET)
  const keyring = createKeyring(new Secret(SECRET), world.uris)
  const alice = await registerAccount(world, { name: 'alice', password: 'correct horse battery staple' })
  await personElsewhere(world, 'bob')
  await publishPost(world, alice, { text: 'hello @bob@far.test', visibility: 'public' })

  const dump = await wholeDatabase()
  expect(dump).toContain('BEGIN PUBLIC KEY')
  expect(dump).toContain('hello')
  expect(dump).toMatch(/"kind":"deliver"/)
  for (const kind of ['rsa', 'ed25519'] as const) {
    const found = await findPrivateKey(db, alice.id, kind)
    if (!found) throw new Error(`no ${kind} key was kept`)
    // The dump holds the sealed key, so what is looked for below could be found there.
    expect(dump).toContain(found.sealed.toString('hex'))
    const key = await keyring.open(found.sealed, alice.id, kind)
    const jwk = await crypto.subtle.exportKey('jwk', key)
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
    const secrets = [
      pkcs8,
      ...[jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].flatMap(bytesOf),
      Buffer.from(SECRET),
    ]
    for (const secret of secrets) {
      for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
        // Any 16 bytes of it would be too much; those in the middle stand for all.
        const middle = secret.subarray(9, 9 + 15).toString(encoding)
        expect(dump.includes(middle)).toBe(false)
      }
    }
  }
  expect(dump).not.toMatch(/PRIVATE KEY|"d":\s*"[\w-]{20,}"/)

  async function wholeDatabase(): Promise<string> {
    const tables = await sql<{ name: string }>`
      SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`.execute(
      db,
    )
    expect(tables.rows.length).toBeGreaterThan(20)
    const texts: string[] = []
    for (const { name } of tables.rows) {
      const rows = await sql<{
        row: string
      }>`SELECT row_to_json(t)::text AS row FROM ${sql.raw(name)} t`.execute(db)
      texts.push(...rows.rows.map(({ row }) => row))
    }
    return texts.join('\n')
  }
})

function bytesOf(text: string | undefined): Buffer[] {
  return text === undefined ? [] : [Buffer.from(text, 'base64url')]
}
