import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownerSetupToken } from '../../../src/domain/accounts/setup.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { hiddenFields, PASSWORD, SECRET, type Site, startSite } from './site.ts'

let database: TestDatabase
let site: Site

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db })
  await site.person('eve', { displayName: 'Eve' })
})

afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

describe('the one-time link of the owner', () => {
  const link = `/setup?token=${ownerSetupToken(SECRET)}`
  const owner = { name: 'olive', displayName: 'Olive', password: PASSWORD }

  it('opens for nobody who guesses', async () => {
    for (const path of [
      '/setup',
      '/setup?token=',
      '/setup?token=x',
      `${link}x`,
      `/setup?token=${ownerSetupToken('other')}`,
    ]) {
      expect((await site.visitor().get(path)).status, path).toBe(410)
    }
    const visitor = site.visitor()
    const fields = hiddenFields((await visitor.get('/sign-in')).body, '/sign-in')
    expect((await visitor.post('/setup', { ...fields, ...owner, token: 'x' })).status).toBe(410)
  })

  it('says what is wrong with a form and keeps what was typed, but the password', async () => {
    const attempt = (change: object) => site.visitor().send(link, '/setup', { ...owner, ...change })
    for (const [change, sentence] of [
      [{ name: 'not a name' }, /letters, digits or underscores/],
      [{ name: 'EVE' }, /That name is taken/],
      [{ password: 'seven 7' }, /at least 8/],
      [{ password: 'x'.repeat(129) }, /at most 128/],
      [{ password: 'Password123!' }, /anybody would try/],
      [{ password: 'OLIVE2026', name: 'olive' }, /anybody would try/],
    ] as const) {
      const { status, body } = await attempt(change)
      expect([status, JSON.stringify(change)]).toEqual([422, JSON.stringify(change)])
      expect(body).toMatch(sentence)
      expect(body).toContain('value="Olive"')
      expect(body).not.toContain(PASSWORD)
    }
    expect(await database.db.selectFrom('login').selectAll().where('role', '=', 'owner').execute()).toEqual(
      [],
    )
  })

  it('makes one owner however many use it at once, signs them in, and is dead from then on', async () => {
    const visitors = Array.from({ length: 5 }, () => site.visitor())
    const answers = await Promise.all(
      visitors.map((visitor, n) => visitor.send(link, '/setup', { ...owner, name: `olive${n}` })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410, 410])
    const owners = await database.db.selectFrom('login').selectAll().where('role', '=', 'owner').execute()
    expect(owners).toHaveLength(1)
    const left = await database.db
      .selectFrom('account')
      .select('name')
      .where('name', 'like', 'olive%')
      .execute()
    expect(left).toHaveLength(1)
    const winner = visitors[answers.findIndex(({ status }) => status === 303)]
    const { body } = (await winner?.get('/accounts')) ?? {}
    expect(body).toContain('Accounts on this server')
    expect((await site.visitor().get(link)).status).toBe(410)
    expect(
      (
        await site
          .visitor()
          .send('/sign-in', '/setup', { ...owner, name: 'olga', token: ownerSetupToken(SECRET) })
      ).status,
    ).toBe(403)
  })
})
