import { afterAll, beforeAll, expect, test } from 'vitest'
import { scopesFrom } from '../../src/domain/grants/scopes.ts'
import { answer, asking, BACK, type ConsentSite, open, startConsent, toldTo } from './consent.ts'

/* c2s.md c4: what somebody says yes to is what they were shown, whatever the app says of itself meanwhile. */

let site: ConsentSite

beforeAll(async () => {
  site = await startConsent()
  await site.person('ada')
})
afterAll(() => site[Symbol.asyncDispose]())

const granted = async () => {
  const rows = await site.db.selectFrom('grant_code').select('scopes').execute()
  return rows.map(({ scopes }) => scopesFrom(scopes).words)
}

test('S-121: an app that may ask for something else by now gets nothing for a yes to what it asked before', async () => {
  const visitor = site.visitor()
  await visitor.signIn('ada')
  site.publish({ scope: 'read:accounts' })
  const asked = await open(visitor, asking({ scope: 'read:accounts write' }))
  expect(asked.page.status).toBe(200)
  site.publish({ scope: 'write' })
  site.advance(6 * 60_000)
  const reply = await answer(visitor, asked)
  expect(await granted()).toEqual([])
  expect([reply.status, reply.headers.get('location')]).toEqual([409, null])
  expect(reply.body).toContain('name="allow-0"')
  const told = toldTo(BACK, await answer(visitor, { path: asked.path, page: reply }))
  expect(told.code).toMatch(/^[\w-]{43}$/)
  expect(await granted()).toEqual([['write']])
})
