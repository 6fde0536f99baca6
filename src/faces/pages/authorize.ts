import type { Request, Response } from 'express'
import { z } from 'zod'
import { Refusal, refuse } from '../../base/refusal.ts'
import type { Session } from '../../domain/accounts/session.ts'
import { allowClient } from '../../domain/grants/allow.ts'
import {
  type Asked,
  type Authorization,
  askedFrom,
  type Declined,
  isDeclined,
  type KeptRequest,
  readAuthorization,
} from '../../domain/grants/authorization.ts'
import { OUT_OF_BAND } from '../../domain/grants/client.ts'
import { type ClientReader, ensureClient } from '../../domain/grants/ensure-client.ts'
import { formTargetOf, withQuery } from '../../domain/grants/redirects.ts'
import {
  dropRequest,
  isPushed,
  keepRequest,
  requireRequest,
  takePushedRequest,
} from '../../domain/grants/requests.ts'
import { type Scopes, scopesFrom, withoutAdmin } from '../../domain/grants/scopes.ts'
import { viewAccount } from '../../views/accounts.ts'
import { lastLetIn } from '../../views/apps.ts'
import { type Answer, answerFor } from '../http/errors.ts'
import { readForm } from '../http/params.ts'
import { requireSession, sessionOf, sessionTokenOf } from '../http/sessions.ts'
import { nameOfShown, showCode, showConsent, showDeclined } from './consent.ts'
import type { PageContext } from './page-context.ts'
import { permissionsOf } from './scope-texts.ts'

export const AUTHORIZE = '/oauth/authorize'

/**
 * `/oauth/authorize?client_id=…`: an app sends somebody to be asked. What it wants is checked and kept here, and the page
 * that asks knows it by a name only; whatever is wrong, but for the app itself and its address, is told to the app.
 */
export async function authorizePage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const asked = await askedNow(ctx, askedFrom(new URLSearchParams(queryOf(req))))
  const clientId = asked.parameters.client_id ?? refuse('client.unknown')
  const client = await ensureClient(ctx, ctx.clients, clientId)
  const read = readAuthorization(client, asked, ctx.config.origin)
  if (isDeclined(read)) {
    decline(ctx, req, res, read)
    return
  }
  const name = await keepRequest(ctx, client.id, asked.parameters)
  res.setHeader('Cache-Control', 'no-store')
  res.redirect(303, `${AUTHORIZE}/${name}`)
}

/** What the app sent ahead, if it did (RFC 9126); nothing that stands beside it counts then. */
async function askedNow(ctx: PageContext, asked: Asked): Promise<Asked> {
  const { client_id: clientId, request_uri: requestUri } = asked.parameters
  if (clientId === undefined || requestUri === undefined || !isPushed(requestUri)) return asked
  const { parameters } = await takePushedRequest(ctx, clientId, requestUri)
  return { parameters, repeated: new Set() }
}

/** `/oauth/authorize/<name>`: asks whoever is signed in, and has whoever is not sign in first. */
export async function consentPage(
  ctx: PageContext,
  req: Request,
  res: Response,
  name: string,
  wrong?: Answer,
): Promise<void> {
  const { kept, read } = await again(ctx, name)
  if (isDeclined(read)) {
    decline(ctx, req, res, read)
    return
  }
  const session = sessionOf(req)
  const path = `${AUTHORIZE}/${name}`
  if (read.silently) {
    const [error, description]: [Declined['error'], string] = session
      ? ['consent_required', 'They have to be asked.']
      : ['login_required', 'Nobody is signed in.']
    decline(ctx, req, res, { ...read, error, description })
    return
  }
  if (!session || isTooOld(session, kept, read)) {
    sendToSignIn(res, path, read, session !== undefined)
    return
  }
  const account = (await viewAccount(ctx.db, session.account.id)) ?? refuse('login.required')
  const before = await lastLetIn(ctx.db, session.account.id, read.client.id)
  allowFormTo(res, read.redirectUri)
  showConsent(ctx, req, res, {
    authorization: read,
    path,
    account,
    permissions: permissionsOf(scopesFor(session, read)),
    changed: before !== undefined && read.client.changedAt !== null && before < read.client.changedAt,
    ...(wrong && { wrong }),
  })
}

const form = z.record(z.string(), z.string().max(4096))

/** The answer. Everything is read anew from what was kept: the form brings a yes or no, and which of the things asked for. */
export async function consentByForm(
  ctx: PageContext,
  req: Request,
  res: Response,
  name: string,
): Promise<void> {
  const session = requireSession(req)
  const filled = readForm(req, form)
  const { kept, read } = await again(ctx, name)
  if (isDeclined(read)) {
    decline(ctx, req, res, read)
    return
  }
  if (isTooOld(session, kept, read)) {
    sendToSignIn(res, `${AUTHORIZE}/${name}`, read, true)
    return
  }
  if (filled.decision !== 'allow') {
    await dropRequest(ctx, name)
    decline(ctx, req, res, { ...read, error: 'access_denied', description: 'They said no.' })
    return
  }
  const permissions = permissionsOf(scopesFor(session, read))
  const chosen = permissions.filter((_, at) => filled[`allow-${at}`] === 'on')
  // An app may describe itself otherwise since then: the boxes mean what they meant when they were shown.
  const isAsShown = filled.shown === nameOfShown(permissions)
  if (!isAsShown || chosen.length === 0) {
    const wrong = answerFor(isAsShown ? 'authorization.nothing' : 'authorization.changed')
    return consentPage(ctx, req, res.status(wrong.status), name, wrong)
  }
  const scopes = scopesFrom(chosen.flatMap(({ words }) => words).join(' '))
  const code = await allowClient(
    ctx,
    { accountId: session.account.id, session: sessionTokenOf(req) ?? '' },
    name,
    read,
    scopes,
  )
  if (read.redirectUri === OUT_OF_BAND) showCode(ctx, req, res, read.client, code)
  else sendBack(ctx, res, read, { code })
}

/** What was kept, as it is to be judged now: the app may describe itself otherwise by now. */
async function again(
  ctx: PageContext,
  name: string,
): Promise<{ kept: KeptRequest; read: Authorization | Declined }> {
  const kept = await requireRequest(ctx, name)
  const client = await ensureClient(ctx, ctx.clients, kept.clientId)
  // When it has just changed, this was dropped with all that it had begun.
  await requireRequest(ctx, name)
  const asked = { parameters: kept.parameters, repeated: new Set<string>() }
  return { kept, read: readAuthorization(client, asked, ctx.config.origin) }
}

/** Only who looks after this server can let an app do so; how far that goes is asked of their role each time. */
function scopesFor({ role }: Session, { scopes }: Authorization): Scopes {
  return role === 'user' ? withoutAdmin(scopes) : scopes
}

/** Whether the app wants them to prove anew who they are. */
function isTooOld({ begunAt }: Session, { createdAt }: KeptRequest, read: Authorization): boolean {
  const { signInAnew, maxAgeSeconds } = read
  const oldest = signInAnew ? 0 : maxAgeSeconds
  return oldest !== undefined && begunAt.getTime() < createdAt.getTime() - oldest * 1000
}

function sendToSignIn(res: Response, path: string, { loginHint }: Authorization, anew: boolean): void {
  const query = new URLSearchParams({ to: path })
  if (anew) query.set('again', '1')
  if (loginHint !== undefined) query.set('login', loginHint)
  res.setHeader('Cache-Control', 'no-store')
  res.redirect(303, `/sign-in?${query}`)
}

function decline(ctx: PageContext, req: Request, res: Response, declined: Declined): void {
  const { redirectUri, error, description } = declined
  if (redirectUri === OUT_OF_BAND) showDeclined(ctx, req, res, declined)
  else sendBack(ctx, res, declined, { error, error_description: description })
}

/** Back to the app, with who says so (RFC 9207). 303, so that no browser sends a form along (RFC 9700 §4.12). */
function sendBack(
  { config }: PageContext,
  res: Response,
  { redirectUri, state }: Pick<Declined, 'redirectUri' | 'state'>,
  values: Readonly<Record<string, string>>,
): void {
  const address = withQuery(redirectUri, { ...values, state, iss: config.origin })
  res.setHeader('Cache-Control', 'no-store')
  res.status(303).setHeader('Location', address).end()
}

/** Browsers hold a form to where its policy lets it go, redirects included. */
function allowFormTo(res: Response, redirectUri: string): void {
  const target = formTargetOf(redirectUri)
  const policy = res.getHeader('Content-Security-Policy')
  if (target === undefined || typeof policy !== 'string') return
  res.setHeader(
    'Content-Security-Policy',
    policy.replace("form-action 'self'", `form-action 'self' ${target}`),
  )
}

function queryOf(req: Request): string {
  const mark = req.originalUrl.indexOf('?')
  return mark === -1 ? '' : req.originalUrl.slice(mark + 1)
}

/** For whoever has no network: no app that describes itself is known. */
export const noClients: ClientReader = {
  read: () => Promise.reject(new Refusal('client.document')),
  keys: () => Promise.reject(new Refusal('client.document')),
}
