import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import type { AccountId, PostId } from '../../base/ids.ts'
import { readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { viewAccount } from '../../views/accounts.ts'
import { viewPost } from '../../views/posts.ts'
import { checkForm } from '../http/csrf.ts'
import { answerErrors } from '../http/errors.ts'
import { securityHeaders } from '../http/headers.ts'
import { createLimits } from '../http/limits.ts'
import { checkUrl, formBody } from '../http/params.ts'
import { readSession } from '../http/sessions.ts'
import { aboutPage, privacyPage, termsPage } from './about.ts'
import { accountsPage } from './accounts.ts'
import { APPS, appsPage, revokeByForm } from './apps.ts'
import { serveAssets } from './assets.ts'
import { AUTHORIZE, authorizePage, consentByForm, consentPage } from './authorize.ts'
import { elsewherePage } from './elsewhere.ts'
import { asPage } from './error-page.ts'
import { homePage } from './home.ts'
import { INTERACTION, interactByForm, interactionPage } from './interaction.ts'
import { type PageContext, viewerOf } from './page-context.ts'
import { postPage } from './post.ts'
import { profilePage } from './profile.ts'
import { SECURITY } from './security-parts.ts'
import { securityRoutes } from './security-routes.ts'
import { setupByForm, setupPage } from './setup.ts'
import { signOutByForm, signOutEverywhereByForm, signOutPage } from './sign-in.ts'
import { tagPage } from './tag.ts'
import { wayInRoutes } from './way-in-routes.ts'

type Page = (ctx: PageContext, req: Request, res: Response) => Promise<void> | void

/**
 * The server as people read it without JavaScript, and sign-in. It answers every address that comes to it, with a 404
 * page where there is nothing, so it is the last face of the app.
 */
export function pages(ctx: PageContext): Router {
  const router = Router()
  const limits = createLimits(ctx)
  const get = (path: string, page: Page) => router.get(path, (req, res) => page(ctx, req, res))
  const post = (path: string, page: Page) =>
    router.post(path, limits.limit('write'), formBody, checkForm(ctx), (req, res) => page(ctx, req, res))

  router.use(securityHeaders(ctx.config.origin), checkUrl, serveAssets(), readSession(ctx))
  router.get('/{*any}', limits.limit('read'))

  get('/', homePage)
  get('/about', aboutPage)
  get('/privacy', privacyPage)
  get('/terms', termsPage)
  get('/@:name', (_, req, res) => profilePage(ctx, req, res, param(req, 'name')))
  get('/@:name/:id', (_, req, res) => postPage(ctx, req, res, param(req, 'name'), param(req, 'id')))
  get('/tags/:name', (_, req, res) => tagPage(ctx, req, res, param(req, 'name')))
  get('/ap/actors/:id', actorForPeople)
  get('/ap/posts/:id', postForPeople)
  for (const path of [INTERACTION, '/interact']) router.get(path, limits.limit('ask'))
  get(INTERACTION, (_, req, res) => interactionPage(ctx, req, res))
  post(INTERACTION, interactByForm)
  get('/interact', elsewherePage)

  router.get(AUTHORIZE, limits.limit('ask'))
  get(AUTHORIZE, authorizePage)
  get(`${AUTHORIZE}/:request`, (_, req, res) => consentPage(ctx, req, res, param(req, 'request')))
  post(`${AUTHORIZE}/:request`, (_, req, res) => consentByForm(ctx, req, res, param(req, 'request')))
  get(APPS, appsPage)
  post(`${APPS}/revoke`, revokeByForm)

  get('/setup', setupPage)
  post('/setup', setupByForm)
  securityRoutes(limits, get, post)
  wayInRoutes(get, post)
  get('/sign-out', signOutPage)
  post('/sign-out', signOutByForm)
  post('/sign-out/everywhere', signOutEverywhereByForm)
  get('/accounts', accountsPage)
  // Where password managers look (W3C, A Well-Known URL for Changing Passwords).
  get('/.well-known/change-password', (_, __, res) => res.redirect(302, `${SECURITY}#password`))

  router.use(nothingHere)
  router.use(answerErrors(ctx.log, asPage(ctx)))
  return router
}

const nothingHere: RequestHandler = (_req: Request, _res: Response, _next: NextFunction) =>
  refuse('not-found')

function param(req: Request, name: string): string {
  const value = req.params[name]
  return typeof value === 'string' ? value : refuse('not-found')
}

/** A person who follows an actor's id gets to its page; other servers got the document before this. */
async function actorForPeople({ db }: PageContext, req: Request, res: Response): Promise<void> {
  const id = readId<AccountId>(param(req, 'id'))
  const account = id && (await viewAccount(db, id))
  if (!account?.local || account.kind === 'application') return refuse('account.not-found')
  res.vary('Accept').redirect(302, `/@${account.name}`)
}

async function postForPeople({ db }: PageContext, req: Request, res: Response): Promise<void> {
  const id = readId<PostId>(param(req, 'id'))
  const post = id && (await viewPost(db, id, viewerOf(req)))
  if (!post?.local) return refuse('post.not-found')
  res.vary('Accept').redirect(302, `/@${post.author.name}/${post.id}`)
}
