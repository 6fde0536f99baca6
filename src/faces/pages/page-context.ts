import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import type { Log } from '../../base/log.ts'
import type { ClientReader } from '../../domain/grants/ensure-client.ts'
import type { World } from '../../domain/world.ts'
import type { Viewer } from '../../views/view.ts'
import { sessionOf } from '../http/sessions.ts'
import type { Html } from './html.ts'
import { type Head, layout } from './layout.ts'
import type { Outside } from './outside.ts'

/** What the pages need of the server; the whole context will do. */
export interface PageContext extends World {
  readonly config: {
    readonly origin: string
    readonly handleHost: string
    readonly secret: { reveal(): string }
    readonly rateLimits: boolean
    readonly trustedProxies: readonly string[]
    readonly registration: 'open' | 'approval' | 'invite' | 'closed'
    /** where letters are handed in; without it none are sent */
    readonly mail?: object | undefined
  }
  readonly log: Log
  readonly outside: Outside
  /** reads what apps publish about themselves */
  readonly clients: ClientReader
}

/** Whose eyes a page is for. */
export function viewerOf(req: Request): Viewer {
  const session = sessionOf(req)
  return session && { accountId: session.account.id }
}

/**
 * Sends a page. One that is the same for everybody may be kept by caches as long as they ask whether it has changed;
 * one made for somebody, or holding a form's token, is kept nowhere.
 */
export function sendPage(
  ctx: Pick<PageContext, 'config'>,
  req: Request,
  res: Response,
  page: { readonly head: Head; readonly body: Html; readonly personal?: boolean },
): void {
  const session = sessionOf(req)
  const personal = page.personal || session !== undefined
  if (!res.getHeader('Cache-Control')) {
    res.setHeader('Cache-Control', personal ? 'private, no-store' : 'public, max-age=0, must-revalidate')
  }
  // The same address answers other servers with ActivityPub documents, and people by who they are.
  res.vary('Accept').vary('Accept-Language').vary('Cookie')
  if (page.head.alternate !== undefined) {
    res.append('Link', `<${page.head.alternate}>; rel="alternate"; type="application/activity+json"`)
  }
  const body = layout(ctx.config, page.head, page.body, session?.account.name).toString()
  if (!personal)
    res.setHeader('ETag', `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`)
  res.type('html').send(body)
}
