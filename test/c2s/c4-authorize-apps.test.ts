import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findBearer } from '../../src/domain/grants/find.ts'
import { issueToken } from '../../src/domain/grants/issue.ts'
import { scopesFrom } from '../../src/domain/grants/scopes.ts'
import { hiddenFields } from '../faces/pages/site.ts'
import { appIn } from '../support/apps.ts'
import { type ConsentSite, locationOf, startConsent } from './consent.ts'

let site: ConsentSite
let ada: LocalAccount
let ben: LocalAccount

beforeAll(async () => {
  site = await startConsent()
  ada = await site.person('ada')
  ben = await site.person('ben')
})
afterAll(() => site[Symbol.asyncDispose]())
beforeEach(async () => {
  await site.db.deleteFrom('client_grant').execute()
})

async function signedIn(name = 'ada') {
  const visitor = site.visitor()
  await visitor.signIn(name)
  return visitor
}

const letIn = async (
  account: LocalAccount,
  clientId: string | undefined,
  scope = 'read',
  expiresInSeconds?: number,
) => {
  const given = await issueToken(site.world, {
    accountId: account.id,
    ...(clientId !== undefined && { clientId }),
    scopes: scopesFrom(scope),
    ...(expiresInSeconds !== undefined && { expiresInSeconds }),
  })
  return async () => (await findBearer(site.world, given.accessToken)) !== undefined
}
const named = async (name: string, id?: string) => {
  const app = await appIn(site.world, id === undefined ? {} : { id, kind: 'document' })
  await site.db.updateTable('client').set({ name }).where('id', '=', app.id).execute()
  return app.id
}

describe('c4: the page of apps with access', () => {
  test('shows each app once, with its host, what it may do, since when, and when it was last there', async () => {
    const id = await named('<b>Loom</b>', 'https://app.test/loom.json')
    await letIn(ada, id, 'readinbox')
    site.advance(3 * 86_400_000)
    await letIn(ada, id, 'createcontent')
    site.advance(2 * 3_600_000)
    const { body, headers } = await (await signedIn()).get('/accounts/apps')
    expect([...body.matchAll(/<li class="app">/g)]).toHaveLength(1)
    expect(body).toContain('<h2><bdi>&lt;b&gt;Loom&lt;/b&gt;</bdi></h2>')
    expect(body).toContain('<bdi>app.test</bdi>')
    expect(body).toContain('<li>Read your inbox')
    expect(body).toContain('<li>Post as you</li>')
    expect(body).toMatch(/Since <time[^>]+>20 November 2026/)
    expect(body).toMatch(/last used <time[^>]+>2 h ago/)
    expect(headers.get('cache-control')).toBe('private, no-store')
  })

  test('shows nothing of other people, and nothing that has ended', async () => {
    await letIn(ben, await named('Of Ben'))
    await letIn(ada, await named('Gone'), 'read', 60)
    await letIn(ada, undefined)
    site.advance(61_000)
    const { body } = await (await signedIn()).get('/accounts/apps')
    expect(body).not.toContain('Of Ben')
    expect(body).not.toContain('Gone')
    expect(body).toContain('The command line of this server')
  })

  test('takes access back from one app at once, for whoever asks and nobody else', async () => {
    const [one, other] = [await named('One'), await named('Other')]
    const [first, second] = [await letIn(ada, one), await letIn(ada, one)]
    const [kept, ofBen] = [await letIn(ada, other), await letIn(ben, one)]
    const visitor = await signedIn()
    const reply = await visitor.send('/accounts/apps', '/accounts/apps/revoke', { app: one })
    expect([reply.status, locationOf(reply)]).toEqual([303, '/accounts/apps?done'])
    expect(await Promise.all([first(), second(), kept(), ofBen()])).toEqual([false, false, true, true])
    expect((await visitor.get('/accounts/apps?done')).body).toContain('role="status">That app has no access')
  })

  test('says nothing of an app that is not among theirs, and takes nothing', async () => {
    const id = await named('Of Ben')
    const ofBen = await letIn(ben, id)
    await letIn(ada, undefined)
    const visitor = await signedIn()
    for (const app of [id, 'nobody', "' OR 1=1", 'x'.repeat(2000)]) {
      const reply = await visitor.send('/accounts/apps', '/accounts/apps/revoke', { app })
      expect(locationOf(reply)).toBe('/accounts/apps?done')
    }
    expect(await ofBen()).toBe(true)
  })

  test('is for whoever is signed in, and S-126: for nobody who comes from another site', async () => {
    expect(locationOf(await site.visitor().get('/accounts/apps'))).toBe('/sign-in')
    const id = await named('One')
    const stays = await letIn(ada, id)
    const visitor = await signedIn()
    const fields = hiddenFields((await visitor.get('/accounts/apps')).body, '/accounts/apps/revoke')
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.test' },
    ]) {
      const reply = await visitor.post('/accounts/apps/revoke', { ...fields, app: id }, headers as never)
      expect(reply.status).toBe(403)
    }
    const stale = await visitor.post('/accounts/apps/revoke', { csrf: 'x', app: id })
    expect(stale.status).toBe(403)
    expect((await (await signedIn('ben')).post('/accounts/apps/revoke', { ...fields, app: id })).status).toBe(
      403,
    )
    expect(await stays()).toBe(true)
  })

  test('is found from one’s account', async () => {
    expect((await (await signedIn()).get('/accounts')).body).toContain('href="/accounts/apps"')
  })
})
