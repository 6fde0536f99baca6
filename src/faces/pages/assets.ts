import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Router } from 'express'
import { avatarFile, iconFile } from './icons.ts'

interface Asset {
  readonly hash: string
  /** the address holds a piece of the content's hash, so it may be kept for ever */
  readonly path: string
  readonly type: string
  readonly body: Buffer
}

function asset(name: string, ending: string, type: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10)
  return { hash, path: `/assets/${name}-${hash}.${ending}`, type, body }
}

const file = (name: string) => readFileSync(join(import.meta.dirname, name))

/** Everything beside the HTML that a page loads: style sheets, three pictures, and the script that passkeys need. */
export const assets = {
  style: asset('style', 'css', 'text/css; charset=utf-8', file('style.css')),
  /** what only the pages about one's own account need */
  security: asset('security', 'css', 'text/css; charset=utf-8', file('security.css')),
  passkeys: asset('passkeys', 'js', 'text/javascript; charset=utf-8', file('passkeys.js')),
  icon: asset('icon', 'svg', 'image/svg+xml', Buffer.from(iconFile)),
  /** for link previews and home screens, which do not read SVG */
  card: asset('card', 'png', 'image/png', file('card.png')),
  avatar: asset('avatar', 'svg', 'image/svg+xml', Buffer.from(avatarFile)),
} as const

const DAY = 86_400

/** Serves them, with the addresses that browsers and robots ask for unasked. */
export function serveAssets(): Router {
  const router = Router()
  const serve = (path: string, { hash, type, body }: Asset, caching: string) =>
    router.get(path, (_req, res) => {
      // Other sites may show our pictures; nothing here is anybody's secret.
      res.set({
        'Content-Type': type,
        'Cache-Control': caching,
        ETag: `"${hash}"`,
        'Cross-Origin-Resource-Policy': 'cross-origin',
      })
      res.send(body)
    })
  for (const each of Object.values(assets)) serve(each.path, each, 'public, max-age=31536000, immutable')
  serve('/favicon.ico', assets.icon, `public, max-age=${DAY}`)
  serve('/favicon.svg', assets.icon, `public, max-age=${DAY}`)
  serve('/avatars/default.svg', assets.avatar, `public, max-age=${DAY}`)
  router.get('/robots.txt', (_req, res) => {
    res.set('Cache-Control', `public, max-age=${DAY}`).type('text/plain').send(ROBOTS)
  })
  return router
}

const ROBOTS = `# Profiles and posts say themselves, by a robots tag, whether they may be listed.
User-agent: *
Disallow: /accounts
Disallow: /authorize_interaction
Disallow: /interact
Disallow: /oauth/
Disallow: /setup
Disallow: /sign-in
Disallow: /sign-out
Disallow: /*?before=

# Collecting what people say here to train models is not what they published it for.
User-agent: GPTBot
User-agent: ClaudeBot
User-agent: CCBot
User-agent: Google-Extended
User-agent: Applebot-Extended
User-agent: Bytespider
User-agent: meta-externalagent
Disallow: /
`
