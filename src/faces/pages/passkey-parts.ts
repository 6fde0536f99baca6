import type { Request, Response } from 'express'
import { z } from 'zod'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Ceremony, newChallenge } from '../../domain/accounts/passkey-challenge.ts'
import {
  ALGORITHMS,
  hasPasskeys,
  type MadePasskey,
  passkeyIdsOf,
  relyingParty,
  type SignedByPasskey,
  userHandle,
} from '../../domain/accounts/passkeys.ts'
import { formToken } from '../http/csrf.ts'
import { assets } from './assets.ts'
import { formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import type { PageContext } from './page-context.ts'

const TIMEOUT_MS = 300_000

/** A passkey answers in this browser alone, and for this alone. */
export function ceremonyOf(
  ctx: PageContext,
  req: Request,
  res: Response,
  purpose: Ceremony['purpose'],
): Ceremony {
  return { purpose, browser: formToken(ctx, req, res) }
}

export interface PasskeyForm {
  readonly purpose: Ceremony['purpose']
  readonly action: string
  readonly button: string
  readonly quiet?: boolean
  /** fields and hidden ones beside what the passkey says */
  readonly more?: Html | false
}

/**
 * A form that a passkey fills in; without the script, or where the site's address can have no passkeys, nobody sees it.
 * @param accountId whose passkeys may answer; anybody's when left out
 */
export async function askPasskey(
  ctx: PageContext,
  req: Request,
  res: Response,
  form: PasskeyForm,
  accountId?: AccountId,
): Promise<Html | false> {
  if (!hasPasskeys(ctx.uris)) return false
  const known = accountId === undefined ? [] : await passkeyIdsOf(ctx, accountId)
  return passkeyForm(ctx, req, res, form, 'get', {
    challenge: challengeFor(ctx, req, res, form.purpose),
    rpId: relyingParty(ctx.uris).id,
    timeout: TIMEOUT_MS,
    userVerification: 'required',
    allowCredentials: known.map(credential),
  })
}

/** The form that makes one. */
export async function makePasskey(
  ctx: PageContext,
  req: Request,
  res: Response,
  form: PasskeyForm,
  account: { readonly id: AccountId; readonly name: string },
): Promise<Html | false> {
  if (!hasPasskeys(ctx.uris)) return false
  const known = await passkeyIdsOf(ctx, account.id)
  const name = `${account.name}@${ctx.config.handleHost}`
  return passkeyForm(ctx, req, res, form, 'create', {
    challenge: challengeFor(ctx, req, res, form.purpose),
    rp: relyingParty(ctx.uris),
    user: { id: userHandle(ctx, account.id), name, displayName: account.name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: TIMEOUT_MS,
    attestation: 'none',
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    excludeCredentials: known.map(credential),
  })
}

function challengeFor(ctx: PageContext, req: Request, res: Response, purpose: Ceremony['purpose']): string {
  return newChallenge(ctx, ceremonyOf(ctx, req, res, purpose), ctx.clock.now()).toString('base64url')
}

function credential({ credentialId, transports }: Awaited<ReturnType<typeof passkeyIdsOf>>[number]) {
  return { type: 'public-key', id: credentialId, transports }
}

function passkeyForm(
  ctx: PageContext,
  req: Request,
  res: Response,
  form: PasskeyForm,
  ceremony: 'get' | 'create',
  options: object,
): Html {
  allowScript(ctx, res)
  return html`<form method="post" action="${form.action}" hidden data-ceremony="${ceremony}" data-passkey="${JSON.stringify(options)}" data-failed="The passkey was not used. You can try again." data-known="This device has a passkey for your account already.">
${formGuard(ctx, req, res)}${form.more}<input type="hidden" name="credential">
<button class="${form.quiet && 'quiet '}button" type="submit">${form.button}</button>
<p class="hint" role="status"></p>
</form>
<script src="${assets.passkeys.path}" defer></script>`
}

/** The one file, by its address, and nothing that would let a text become a script. */
function allowScript({ config }: PageContext, res: Response): void {
  const policy = res.getHeader('Content-Security-Policy')
  if (typeof policy !== 'string') return
  const only = `script-src ${config.origin}${assets.passkeys.path};require-trusted-types-for 'script';trusted-types 'none'`
  res.setHeader('Content-Security-Policy', policy.replace("script-src 'none'", only))
}

const base64url = z.string().regex(/^[\w-]{1,16384}$/)
const shell = { id: base64url, rawId: base64url, type: z.literal('public-key') }
const signedForm = z.object({
  ...shell,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.optional(),
  }),
})
const madeForm = z.object({
  ...shell,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z
      .array(z.string().regex(/^[a-z-]{1,20}$/))
      .max(10)
      .optional(),
  }),
})

/** @throws Refusal `passkey.wrong` for what no browser sends */
export function readSigned(text: string): SignedByPasskey {
  const { response, ...rest } = parsed(signedForm, text)
  const { userHandle: handle, ...more } = response
  return { ...rest, response: { ...more, ...(handle && { userHandle: handle }) }, clientExtensionResults: {} }
}

export function readMade(text: string): MadePasskey {
  const { response, ...rest } = parsed(madeForm, text)
  const { transports, ...more } = response
  const known = transports as MadePasskey['response']['transports']
  return { ...rest, response: { ...more, ...(known && { transports: known }) }, clientExtensionResults: {} }
}

function parsed<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return refuse('passkey.wrong')
  }
}

/** What a form with a passkey brings. */
export const CREDENTIAL = z.string().max(32_768)
