import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccountId, BlockId, PostId } from '../../../src/base/ids.ts'
import { transact } from '../../../src/db/transact.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { blockAccount } from '../../../src/domain/blocks/block.ts'
import { insertBlock } from '../../../src/domain/blocks/store.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import type { Found } from '../../../src/faces/pages/outside.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { personElsewhere } from '../../support/world.ts'
import { type createVisitor, type Site, startSite } from './site.ts'

let database: TestDatabase
let site: Site
let ada: LocalAccount
let ben: LocalAccount
let visitor: ReturnType<typeof createVisitor>
const known = new Map<string, Found>()

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({
    db: database.db,
    outside: { find: async (text) => known.get(text), templatesOf: async () => new Map() },
  })
  ada = await site.person('ada', { displayName: 'Ada Loom' })
  ben = await site.person('ben')
  visitor = site.visitor()
  await visitor.signIn('ben')
})

afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

const PAGE = '/authorize_interaction'
const act = (fields: Record<string, string>) => visitor.send('/accounts', PAGE, { ...fields, csrf: token })
let token = ''
beforeAll(async () => {
  token = /name="csrf" value="([^"]+)"/.exec((await visitor.get('/accounts')).body)?.[1] ?? ''
})

describe('on the page for wishes from elsewhere, what is not for the reader is like what never was', () => {
  it.each(['like', 'boost', 'unlike', 'unboost', 'post'])('for %s of a post', async (wish) => {
    const id: PostId = await publishPost(site.world, ada, { text: 'mine alone', visibility: 'direct' })
    known.set('hidden', { kind: 'post', postId: id })
    const [hidden, missing] = [
      await act({ act: wish, uri: 'hidden', text: 'hm' }),
      await act({ act: wish, uri: 'missing', text: 'hm' }),
    ]
    expect([hidden.status, hidden.body]).toEqual([missing.status, missing.body])
    expect(hidden.status).toBe(404)
  })

  it('for somebody here who blocks the reader', async () => {
    known.set('ada', { kind: 'account', account: ada })
    expect((await visitor.get(`${PAGE}?uri=ada`)).body).toContain('Ada Loom')
    await blockAccount(site.world, ada, ben)
    const [seen, never] = [await visitor.get(`${PAGE}?uri=ada`), await visitor.get(`${PAGE}?uri=nobody`)]
    expect([seen.status, seen.body]).toEqual([never.status, never.body])
    const [asked, missing] = [
      await act({ act: 'follow', uri: 'ada' }),
      await act({ act: 'follow', uri: 'nobody' }),
    ]
    expect([asked.status, asked.body]).toEqual([missing.status, missing.body])
    expect(asked.status).toBe(404)
  })
})

it('the profile of somebody elsewhere who blocks the reader is like one that never was', async () => {
  const far = await personElsewhere(site.world, 'carl')
  expect((await visitor.get('/@carl@far.test')).status).toBe(200)
  await blocks(far.id, ben.id)
  const [seen, never] = [await visitor.get('/@carl@far.test'), await visitor.get('/@nobody@far.test')]
  expect([seen.status, seen.body]).toEqual([never.status, never.body])
})

async function blocks(accountId: AccountId, targetId: AccountId): Promise<void> {
  const id = site.world.ids.next<BlockId>()
  const block = { id, uri: `https://far.test/blocks/${id}`, accountId, targetId }
  await transact(database.db, (tx) => insertBlock(tx, block, site.clock.now()))
}
