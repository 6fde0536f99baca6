import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import { resendConfirmation } from '../../domain/accounts/confirm-email.ts'
import { findRegistrant } from '../../domain/accounts/registration-find.ts'
import { signUp } from '../../domain/accounts/sign-up.ts'
import type { Grant } from '../../domain/grants/find.ts'
import { findClient } from '../../domain/grants/find.ts'
import { issueToken } from '../../domain/grants/issue.ts'
import { scopesFrom, textOf, withoutAdmin } from '../../domain/grants/scopes.ts'
import { grantOf } from '../http/auth.ts'
import { booleanish, textish } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { tryLetter, trySignUp } from '../http/sign-up-limits.ts'
import { appOf, requiresApp } from './auth.ts'
import type { MastodonParts } from './parts.ts'
import { refusedSignUp } from './sign-up-errors.ts'

/** What is beside these (a time zone, a date of birth) is not asked for here, and not kept. */
const signUpFields = z.object({
  username: textish,
  email: textish,
  password: textish,
  agreement: booleanish,
  reason: textish,
  invite_code: textish,
})

/** How people come in from within an app: `POST /api/v1/accounts`, and the letter that confirms their address. */
export function signUpRoutes({ world, config }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  const door = { registration: config.registration, mail: config.mail !== undefined }
  const limited = { db: world.db, config }

  router.post('/api/v1/accounts', requiresApp('write:accounts'), async (req, res) => {
    const grant = appOf(req)
    if (grant.account || grant.newcomer) refuse('registration.app-only')
    const fields = (await readParams(req)).read(signUpFields)
    const made = await signUp(
      world,
      {
        name: fields.username?.trim() ?? '',
        email: fields.email,
        password: fields.password ?? '',
        agreed: fields.agreement ?? false,
        reason: fields.reason,
        inviteCode: fields.invite_code,
        clientId: grant.clientId,
        ip: req.ip,
      },
      { door, emailNeeded: true, spend: () => trySignUp(limited, req, fields.email) },
    )
    if ('faults' in made) res.status(422).json(refusedSignUp(made.faults))
    else res.json(await tokenFor(world, grant, made.account))
  })

  router.post('/api/v1/emails/confirmations', requiresApp('write:accounts'), async (req, res) => {
    const { email } = (await readParams(req)).read(emailFields)
    const registrant = await registrantOf(world, req)
    if (!door.mail || registrant.unconfirmedEmail === null) return refuse('email.confirmed')
    if (registrant.clientId !== appOf(req).clientId) refuse('email.other-app')
    const to = email?.trim() || undefined
    await tryLetter(limited, req, to ?? registrant.unconfirmedEmail)
    await resendConfirmation(world, registrant.id, to)
    res.json({})
  })

  router.get('/api/v1/emails/check_confirmation', requiresApp('read:accounts'), async (req, res) => {
    res.json((await registrantOf(world, req)).confirmedAt !== null)
  })

  return router
}

/** A token with all that the app may ask for, but for what only those may give who look after the server. */
async function tokenFor(world: MastodonParts['world'], grant: Grant, account: LocalAccount) {
  const client = (await findClient(world.db, grant.clientId)) ?? refuse('token.missing')
  const scopes = withoutAdmin(scopesFrom(client.scopes ?? 'read'))
  const issued = await issueToken(world, { accountId: account.id, clientId: client.id, scopes })
  return {
    access_token: issued.accessToken,
    token_type: 'Bearer',
    scope: textOf(issued.scopes),
    created_at: Math.floor(issued.issuedAt.getTime() / 1000),
  }
}

/** Whose app asks, be it somebody who is not let in yet. */
async function registrantOf({ db }: MastodonParts['world'], req: Request) {
  const grant = grantOf(req)
  const accountId = grant?.account?.id ?? grant?.newcomer?.accountId
  if (accountId === undefined) return refuse('token.no-user')
  return (await findRegistrant(db, accountId)) ?? refuse('token.invalid')
}

const emailFields = z.object({ email: textish })
