import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { editPost } from '../../../src/domain/posts/edit.ts'
import type { Draft } from '../../../src/domain/posts/post.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { removePost } from '../../../src/domain/posts/remove.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { personElsewhere } from '../../support/world.ts'
import { type Site, startSite } from './site.ts'

let database: TestDatabase
let site: Site
let ada: LocalAccount
let ben: LocalAccount

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db })
  ada = await site.person('ada', { displayName: 'Ada <Loom>', role: 'owner' })
  ben = await site.person('ben')
})

afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

beforeEach(() => site.clock.advance(60_000))

const say = (text: string, more: Partial<Draft> = {}, author = ada): Promise<PostId> =>
  publishPost(site.world, author, { text, visibility: 'public', ...more })

const load = (path: string, headers?: Record<string, string>) => site.visitor().get(path, headers)

describe('a profile', () => {
  it('shows who it is, and their open posts, newest first', async () => {
    const older = await say('first words')
    const newer = await say('second words', { visibility: 'unlisted' })
    await say('for followers', { visibility: 'followers' })
    const { status, body } = await load('/@ada')
    expect(status).toBe(200)
    expect(body).toContain('<h1 class="p-name" dir="auto">Ada &lt;Loom&gt;</h1>')
    expect(body).toContain(`@ada@${new URL(site.origin).host}`)
    expect(body.indexOf(`post-${newer}`)).toBeGreaterThan(0)
    expect(body.indexOf(`post-${newer}`)).toBeLessThan(body.indexOf(`post-${older}`))
    expect(body).not.toContain('for followers')
  })

  it('names its ActivityPub document, its one address and its author for machines', async () => {
    const { headers, body } = await load('/@ada')
    const actor = site.world.uris.actor(ada.id)
    expect(headers.get('link')).toBe(`<${actor}>; rel="alternate"; type="application/activity+json"`)
    expect(body).toContain(`<link rel="alternate" type="application/activity+json" href="${actor}">`)
    expect(body).toContain(`<link rel="canonical" href="${site.origin}/@ada">`)
    expect(body).toContain(`<meta name="fediverse:creator" content="@ada@${new URL(site.origin).host}">`)
    expect(body).toMatch(/<meta property="og:title" content="Ada &lt;Loom&gt; \(@ada@/)
    expect(body).toContain('<meta property="og:type" content="profile">')
    expect(body).toMatch(/<meta property="og:image" content="http[^"]+\.png">/)
    expect(body).toContain('<meta name="twitter:card" content="summary">')
    expect(headers.get('vary')).toMatch(/Accept.*Cookie/)
  })

  it('is hidden from search engines until its owner wants to be found', async () => {
    expect((await load('/@ada')).body).toContain('<meta name="robots" content="noindex, noarchive">')
    await database.db.updateTable('account').set({ indexable: true }).where('id', '=', ada.id).execute()
    expect((await load('/@ada')).body).not.toContain('name="robots"')
    await database.db.updateTable('account').set({ indexable: false }).where('id', '=', ada.id).execute()
  })

  it('in another case leads to the one address', async () => {
    const { status, headers } = await load('/@ADA')
    expect([status, headers.get('location')]).toEqual([301, '/@ada'])
  })

  it('is read page by page, each post once', async () => {
    const cleo = await site.person('cleo')
    const ids: PostId[] = []
    for (let n = 0; n < 45; n++) {
      site.clock.advance(1000)
      ids.unshift(await say(`number ${n}`, {}, cleo))
    }
    const found: string[] = []
    let path: string | undefined = '/@cleo'
    while (path) {
      const { body } = await load(path)
      found.push(...[...body.matchAll(/id="post-(\d+)"/g)].map(([, id]) => id ?? ''))
      path = /rel="next" href="([^"]+)"/.exec(body)?.[1]
    }
    expect(found).toEqual(ids)
  })

  it('that has been deleted is gone, and one that has been suspended says so', async () => {
    const dee = await site.person('dee')
    const id = await say('still here', {}, dee)
    await database.db
      .updateTable('account')
      .set({ suspended_at: new Date() })
      .where('id', '=', dee.id)
      .execute()
    expect((await load('/@dee')).status).toBe(403)
    expect((await load(`/@dee/${id}`)).status).toBe(404)
    await database.db
      .updateTable('account')
      .set({ deleted_at: new Date() })
      .where('id', '=', dee.id)
      .execute()
    expect((await load('/@dee')).status).toBe(410)
    expect((await load(`/@dee/${id}`)).status).toBe(404)
  })
})

describe('a post', () => {
  it('stands between what it answers and what answers it', async () => {
    const above = await say('the question', {}, ben)
    const id = await say('@ben the answer', { replyTo: above })
    const below = await say('@ada the thanks', { replyTo: id }, ben)
    const deeper = await say('you are welcome', { replyTo: below })
    const { status, body } = await load(`/@ada/${id}`)
    expect(status).toBe(200)
    const places = [above, id, below, deeper].map((each) => body.indexOf(`id="post-${each}"`))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
    expect(body).toMatch(new RegExp(`class="post below depth-2 h-entry" id="post-${deeper}"`))
    const onProfile = (await load('/@ada')).body
    expect(onProfile).toContain('Replying to <a class="u-in-reply-to"')
    expect(onProfile).toContain('<bdi>@ben</bdi>')
  })

  it('says its language and lets its direction follow its text', async () => {
    const id = await say('مرحبا', { language: 'ar' })
    expect((await load(`/@ada/${id}`)).body).toContain('<div class="prose e-content" dir="auto" lang="ar">')
  })

  it('with a content warning keeps its text closed, in previews too', async () => {
    const id = await say('it was the butler', { summary: 'The end of the book' })
    const { body } = await load(`/@ada/${id}`)
    expect(body).toMatch(
      /<details class="warned"><summary>.*The end of the book.*<\/summary>.*it was the butler/s,
    )
    expect(body).toContain('<meta property="og:description" content="The end of the book">')
    expect(body.split('</head>')[0]).not.toContain('butler')
  })

  it('says when it was edited', async () => {
    const id = await say('with a tpyo')
    expect((await load(`/@ada/${id}`)).body).not.toContain('edited')
    site.clock.advance(3_600_000)
    await editPost(site.world, ada, id, { text: 'with no typo' })
    const { body } = await load(`/@ada/${id}`)
    expect(body).toContain('with no typo')
    expect(body).toMatch(/edited <time class="dt-updated" datetime="2026-/)
  })

  it('names its own document and its author for machines', async () => {
    const id = await say('for machines')
    const { headers, body } = await load(`/@ada/${id}`)
    expect(headers.get('link')).toContain(`<${site.world.uris.post(id)}>; rel="alternate"`)
    expect(body).toContain(`<link rel="canonical" href="${site.origin}/@ada/${id}">`)
    expect(body).toContain('<meta property="og:type" content="article">')
    expect(body).toContain('<meta property="article:published_time" content="2026-')
  })

  it('that has been deleted is gone', async () => {
    const id = await say('soon forgotten')
    await removePost(site.world, ada, id)
    const { status, body } = await load(`/@ada/${id}`)
    expect(status).toBe(410)
    expect(body).not.toContain('soon forgotten')
  })

  it('is found under its author’s name only', async () => {
    const id = await say('mine')
    expect((await load(`/@ben/${id}`)).status).toBe(404)
    const { status, headers } = await load(`/@Ada/${id}`)
    expect([status, headers.get('location')]).toEqual([301, `/@ada/${id}`])
  })

  it('and an actor, by the id that servers use, lead people to their pages', async () => {
    const id = await say('by its id')
    expect((await load(`/ap/posts/${id}`)).headers.get('location')).toBe(`/@ada/${id}`)
    expect((await load(`/ap/actors/${ada.id}`)).headers.get('location')).toBe('/@ada')
  })
})

describe('an account from elsewhere', () => {
  it('has no page here, and its posts lead home without telling from where', async () => {
    const far = await personElsewhere(site.world, 'far')
    const id = await say('hello')
    const now = site.clock.now()
    const reply = (BigInt(id) + 65_536n).toString() as PostId
    await database.db
      .insertInto('post')
      .values({
        id: reply,
        uri: 'https://far.test/posts/1',
        url: 'https://far.test/@far/1',
        local: false,
        account_id: far.id,
        visibility: 'public',
        in_reply_to_id: id,
        in_reply_to_uri: site.world.uris.post(id),
        in_reply_to_account_id: ada.id,
        conversation_id: id,
        content_html: '<p>from afar</p>',
        published_at: now,
      })
      .execute()
    const { body } = await load(`/@ada/${id}`)
    expect(body).toContain('from afar')
    expect(body).toContain(
      '<a class="u-url" href="https://far.test/@far/1" rel="nofollow noopener noreferrer">',
    )
    expect(body).toContain('@far@far.test')
    expect((await load('/@far')).status).toBe(404)
    expect((await load(`/@far/${reply}`)).status).toBe(404)
  })
})
