import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { sanitise } from '../../../src/text/sanitise.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { personElsewhere } from '../../support/world.ts'
import { attacks } from '../../text/attacks.ts'
import { type Site, startSite } from './site.ts'

let database: TestDatabase
let site: Site

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db })
})

afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

/** Every tag of a page with its attributes; and whatever cannot be read as one. */
function tagsIn(body: string) {
  const tags: { name: string; attributes: Map<string, string> }[] = []
  const strange: string[] = []
  for (const [piece] of body.matchAll(/<[^>]*>?/g)) {
    const [, close, name = '', rest = ''] =
      /^<(\/)?([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"]*")?)*)(?: ?\/)?>$/i.exec(piece) ?? []
    if (name === '') {
      if (piece !== '<!doctype html>') strange.push(piece)
      continue
    }
    if (close) continue
    const attributes = [...rest.matchAll(/ ([a-z-]+)(?:="([^"]*)")?/gi)].map(
      ([, key = '', value = '']) => [key, value] as const,
    )
    tags.push({ name, attributes: new Map(attributes) })
  }
  return { tags, strange }
}

const OURS = new Set(
  'html head meta title link body a header nav main section article footer div span p h1 h2 ul ol li dl dt dd bdi strong time details summary svg path rect circle form input label button code pre blockquote br del s b u i em ruby rt rp'.split(
    ' ',
  ),
)
const ATTRIBUTES = new Set(
  'lang charset name content property href rel type media class id dir datetime title hidden target translate start value reversed aria-hidden aria-label aria-labelledby aria-current tabindex viewBox width height fill stroke stroke-width stroke-linecap stroke-linejoin focusable d x y rx r cx cy method action for autocomplete required maxlength autocapitalize autocorrect spellcheck aria-describedby'.split(
    ' ',
  ),
)

/** Why a page could do more than be read. */
function danger(body: string): string[] {
  const { tags, strange } = tagsIn(body)
  const found = strange.map((piece) => `strange: ${piece}`)
  for (const { name, attributes } of tags) {
    if (!OURS.has(name)) found.push(`<${name}>`)
    for (const [key, value] of attributes) {
      if (!ATTRIBUTES.has(key)) found.push(`<${name} ${key}="${value}">`)
      if (
        key === 'href' &&
        !/^(?:\/|#|https?:|mailto:|xmpp:|gemini:|gopher:|magnet:|ip[fn]s:)/i.test(value)
      ) {
        found.push(`<${name} href="${value}">`)
      }
    }
    if (name === 'meta' && attributes.has('http-equiv')) found.push('meta refresh')
    if (name === 'form' && attributes.get('action') !== '/interact') found.push('a form that is not ours')
  }
  return found
}

describe('S-100: whatever others wrote', () => {
  it('the check itself knows an attack when it sees one', () => {
    const page = '<!doctype html><p class="x">fine</p>'
    expect(danger(page)).toEqual([])
    for (const attack of [
      '<script>1</script>',
      '<img src=x onerror=alert(1)>',
      '<p onclick="x">',
      '<a href="javascript:x">',
      '<p style="x">',
    ]) {
      expect(danger(page + attack), attack).not.toEqual([])
    }
  })

  it('can only be read: as name, biography, field, warning, text, hashtag, language, link and reply', async () => {
    const wren = await site.person('wren')
    const root = await publishPost(site.world, wren, { text: 'root #tag', visibility: 'public' })
    let n = 0
    for (const attack of attacks) {
      n += 1
      // As they come to rest in the database: HTML sanitised on the way in, everything else as text; NUL is cut there too.
      const text = attack.replaceAll('\0', '').toWellFormed()
      await database.db
        .updateTable('account')
        .set({
          display_name: text,
          bio_html: sanitise(attack),
          fields: JSON.stringify([{ name: text, value: sanitise(attack) }]),
          moved_to_uri: text,
        })
        .where('id', '=', wren.id)
        .execute()
      const far = await personElsewhere(site.world, `far${n}`, 'far.test', {
        displayName: text,
        url: text,
        bioHtml: sanitise(attack),
      })
      const id = (BigInt(root) + BigInt(n) * 65_536n).toString() as PostId
      const values = {
        id,
        visibility: 'public' as const,
        conversation_id: root,
        in_reply_to_id: root,
        in_reply_to_uri: text,
        in_reply_to_account_id: far.id,
        title: text,
        summary: n % 2 ? text : '',
        sensitive: n % 3 === 0,
        content_html: sanitise(attack),
        language: text.slice(0, 30),
        published_at: site.clock.now(),
      }
      await database.db
        .insertInto('post')
        .values({ ...values, uri: `https://far.test/${n}`, url: text, local: false, account_id: far.id })
        .execute()
      const own = (BigInt(id) + 1n).toString() as PostId
      await database.db
        .insertInto('post')
        .values({
          ...values,
          id: own,
          uri: site.world.uris.post(own),
          url: null,
          local: true,
          account_id: wren.id,
        })
        .execute()
      await database.db
        .insertInto('mention')
        .values([
          { post_id: id, account_id: far.id },
          { post_id: own, account_id: far.id },
        ])
        .execute()
      const { id: tag } = await database.db
        .selectFrom('hashtag')
        .select('id')
        .where('name', '=', 'tag')
        .executeTakeFirstOrThrow()
      await database.db
        .insertInto('post_hashtag')
        .values([
          { post_id: id, hashtag_id: tag },
          { post_id: own, hashtag_id: tag },
        ])
        .execute()
      for (const path of [`/@wren/${own}`, '/@wren', `/tags/${encodeURIComponent(text.slice(0, 50))}`]) {
        const { status, body } = await site.visitor().get(path)
        expect(status, `${path} with ${attack}`).toBeLessThan(500)
        expect(danger(body), `${path} with ${attack}`).toEqual([])
      }
    }
    for (const path of ['/', '/tags/tag', `/@wren/${root}`, '/about', '/privacy']) {
      const { status, body } = await site.visitor().get(path)
      expect([path, status]).toEqual([path, 200])
      expect(danger(body), path).toEqual([])
    }
  }, 120_000)
})

describe('S-106: what a browser is told', () => {
  it('every answer forbids scripts, inline styles, frames, plugins and other bases', async () => {
    for (const path of ['/', '/sign-in', '/about', '/nothing', '/setup', '/favicon.svg', '/robots.txt']) {
      const { headers } = await site.visitor().get(path)
      const policy = headers.get('content-security-policy') ?? ''
      for (const rule of [
        "default-src 'none'",
        "script-src 'none'",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
      ]) {
        expect(policy.split(';'), path).toContain(rule)
      }
      expect(policy).not.toMatch(/unsafe|nonce|\*/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })
})
