import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import type { Draft } from '../../../src/domain/posts/post.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { type Site, startSite } from './site.ts'

let database: TestDatabase
let site: Site
let ada: LocalAccount

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db })
  ada = await site.person('ada', { displayName: 'Ada <Loom>', role: 'owner' })
  await site.person('ben')
})

afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

beforeEach(() => site.clock.advance(60_000))

const say = (text: string, more: Partial<Draft> = {}, author = ada): Promise<PostId> =>
  publishPost(site.world, author, { text, visibility: 'public', ...more })

const load = (path: string, headers?: Record<string, string>) => site.visitor().get(path, headers)

describe('what is not for everyone (S-080)', () => {
  const secret = 'between us only'
  const answers = async (path: string, visitor = site.visitor()) => {
    const { status, headers, body } = await visitor.get(path)
    const plain = [...headers].filter(([name]) => name !== 'date').sort()
    return { status, plain, body }
  }

  it.each(['followers', 'direct'] as const)(
    'a %s post is, for strangers, like one that never was',
    async (visibility) => {
      const id = await say(`@ben ${secret}`, { visibility })
      const stranger = site.visitor()
      await site.person(`stranger_${visibility}`)
      await stranger.signIn(`stranger_${visibility}`)
      const never = (BigInt(id) + 1n).toString()
      for (const visitor of [site.visitor(), stranger]) {
        const [hidden, missing] = [
          await answers(`/@ada/${id}`, visitor),
          await answers(`/@ada/${never}`, visitor),
        ]
        expect(hidden).toEqual(missing)
        expect(hidden.status).toBe(404)
        const byId = [await answers(`/ap/posts/${id}`, visitor), await answers(`/ap/posts/${never}`, visitor)]
        expect(byId[0]).toEqual(byId[1])
      }
    },
  )

  it('its author and those it mentions read it on the same page, and no cache keeps it', async () => {
    const id = await say(`@ben ${secret}`, { visibility: 'direct' })
    for (const name of ['ada', 'ben']) {
      const visitor = site.visitor()
      await visitor.signIn(name)
      const { status, headers, body } = await visitor.get(`/@ada/${id}`)
      expect([status, body.includes(secret)]).toEqual([200, true])
      expect(headers.get('cache-control')).toBe('private, no-store')
    }
  })

  it('is in no list, no count of answers and no conversation that strangers read', async () => {
    const open = await say('an open question #quiet')
    await say(`@ben ${secret} #quiet`, { visibility: 'direct', replyTo: open })
    await say(`${secret} #quiet`, { visibility: 'followers', replyTo: open })
    for (const path of ['/', '/@ada', `/@ada/${open}`, '/tags/quiet']) {
      const { status, body } = await load(path)
      expect(status).toBe(200)
      expect(body, path).not.toContain(secret)
    }
    expect((await load(`/@ada/${open}`)).body).toContain('no replies')
  })
})

describe('lists', () => {
  it('`/` says what this server is, and shows what people here say in public', async () => {
    const shown = await say('good morning everyone')
    const quiet = await say('not for the front page', { visibility: 'unlisted' })
    const { status, body } = await load('/')
    expect(status).toBe(200)
    expect(body).toContain('open social web')
    expect(body).toContain(`post-${shown}`)
    expect(body).not.toContain(`post-${quiet}`)
  })

  it('`/tags/<name>` finds public posts in any case', async () => {
    const id = await say('look #WeavingNews')
    expect((await load('/tags/weavingnews')).body).toContain(`post-${id}`)
    expect((await load('/tags/WEAVINGNEWS')).body).toContain(`post-${id}`)
    expect((await load('/tags/nobodysaidthis')).status).toBe(200)
  })

  it('a cursor that can be none is refused (S-151)', async () => {
    for (const cursor of ['x', '-1', '1e9', '99999999999999999999', "1'--", '1,2', '']) {
      for (const path of ['/', '/@ada', '/tags/x']) {
        const { status } = await load(`${path}?before=${encodeURIComponent(cursor)}`)
        expect(status, `${path} ${cursor}`).toBe(400)
      }
    }
  })
})
