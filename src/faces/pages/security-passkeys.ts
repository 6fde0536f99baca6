import type { Request, Response } from 'express'
import { z } from 'zod'
import { addPasskey, renamePasskey } from '../../domain/accounts/passkeys.ts'
import { removePasskey } from '../../domain/accounts/second-factor.ts'
import type { Session } from '../../domain/accounts/session.ts'
import type { Answer } from '../http/errors.ts'
import { readForm } from '../http/params.ts'
import { answerForForm, field, formError } from './form-parts.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { CREDENTIAL, ceremonyOf, makePasskey, readMade } from './passkey-parts.ts'
import { comeBack, noteLoss, showCodes } from './security-acts.ts'
import { freshSession } from './security-confirm.ts'
import { browserOf, NEW_PASSKEY, PASSKEYS, SECURITY } from './security-parts.ts'

/** `/accounts/security/passkeys/new` */
export async function newPasskeyPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const session = freshSession(ctx, req, res, NEW_PASSKEY)
  if (session) await show(ctx, req, res, session)
}

const made = z.object({ name: z.string().max(200), credential: CREDENTIAL })

/** Keeps a new passkey. */
export async function passkeyByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const session = freshSession(ctx, req, res, NEW_PASSKEY)
  if (!session) return
  const { name, credential } = readForm(req, made)
  let codes: readonly string[] | undefined
  try {
    const ceremony = ceremonyOf(ctx, req, res, 'add')
    codes = await addPasskey(ctx, session.account, ceremony, { name, made: readMade(credential) })
  } catch (error) {
    const wrong = answerForForm(error, ['passkey.wrong', 'passkey.known', 'passkey.too-many'])
    await show(ctx, req, res.status(wrong.status), session, wrong)
    return
  }
  await comeBack(ctx, req, res, session.account)
  if (codes) showCodes(ctx, req, res, codes)
  else res.redirect(303, `${SECURITY}?done=passkey`)
}

const renamed = z.object({ id: z.string().max(2048), name: z.string().max(200) })

export async function renamePasskeyByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const session = freshSession(ctx, req, res)
  if (!session) return
  const { id, name } = readForm(req, renamed)
  await renamePasskey(ctx, session.account.id, id, name)
  res.redirect(303, `${SECURITY}?done=renamed`)
}

const removed = z.object({ id: z.string().max(2048) })

export async function removePasskeyByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const session = freshSession(ctx, req, res)
  if (!session) return
  noteLoss(ctx, session, await removePasskey(ctx, session.account.id, readForm(req, removed).id))
  await comeBack(ctx, req, res, session.account)
  res.redirect(303, `${SECURITY}?done=removed`)
}

async function show(
  ctx: PageContext,
  req: Request,
  res: Response,
  { account }: Session,
  wrong?: Answer,
): Promise<void> {
  const name = field({
    name: 'name',
    label: 'What you call it',
    autocomplete: 'off',
    maxLength: 60,
    value: browserOf(req.get('user-agent')),
    hint: 'So that you know it again, for instance the device that it is on.',
  })
  const form = await makePasskey(
    ctx,
    req,
    res,
    { purpose: 'add', action: PASSKEYS, button: 'Make a passkey', more: name },
    account,
  )
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `New passkey · ${ctx.config.handleHost}`, hidden: true, here: 'account', security: true },
    body: html`<section class="sheet narrow">
<h1>Add a passkey</h1>
<p class="soft">Your device, or a security key, keeps it and asks for your finger, face or PIN. This server learns none of these.</p>
${formError(wrong)}
${form || html`<p class="note wrong">Passkeys work only where the server has a name and https.</p>`}
${form && html`<p class="note" data-without-passkeys>Passkeys are the one thing here that needs JavaScript, and a browser that knows them.</p>`}
<p class="hint">It signs you out everywhere else, and takes access back from all apps.</p>
<p class="more"><a href="${SECURITY}">Back</a></p>
</section>`,
  })
}
