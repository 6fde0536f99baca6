import type { Request, Response } from 'express'
import type { Fault } from '../../domain/accounts/sign-up-faults.ts'
import { LONGEST_NAME, LONGEST_REASON } from '../../domain/accounts/sign-up-faults.ts'
import { listRules, type RuleView } from '../../views/server.ts'
import { answerFor } from '../http/errors.ts'
import { field, formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { doorOf, SIGN_UP } from './way-in-parts.ts'

export interface SignUpState {
  readonly name?: string
  readonly email?: string | undefined
  readonly reason?: string | undefined
  readonly agreed?: boolean
  /** of an invitation */
  readonly code?: string | undefined
  readonly faults?: readonly Fault[]
}

/** The form in which somebody asks for an account, with what they wrote and what was wrong with it. */
export async function showSignUp(
  ctx: PageContext,
  req: Request,
  res: Response,
  state: SignUpState,
): Promise<void> {
  const { handleHost } = ctx.config
  const door = doorOf(ctx)
  const asksWhy = door.registration === 'approval' && state.code === undefined
  const rules = await listRules(ctx.db)
  const isWrong = (name: Fault['field']) => state.faults?.some(({ field: at }) => at === name) ?? false
  const guard = formGuard(ctx, req, res)
  sendPage(ctx, req, res, {
    personal: true,
    head: {
      title: `Create an account · ${handleHost}`,
      description: `Make an account at ${handleHost}, a home on the open social web.`,
      hidden: state.code !== undefined,
      security: true,
    },
    body: html`<section class="sheet narrow">
<h1>Create an account</h1>
<p class="soft">${state.code === undefined ? `at ${handleHost}` : `You are invited to ${handleHost}.`}</p>
${wrong(state.faults)}
${rulesPart(rules)}
<form method="post" action="${SIGN_UP}">
${guard}${state.code !== undefined && html`<input type="hidden" name="code" value="${state.code}">`}
${field({ name: 'name', label: 'Name', autocomplete: 'username', maxLength: LONGEST_NAME, literal: true, wrong: isWrong('name'), hint: `Letters, digits and underscores. Your address will be @name@${handleHost}, for good.`, value: state.name ?? '' })}
${door.mail && field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'email', maxLength: 254, literal: true, wrong: isWrong('email'), hint: 'Nobody else sees it. We send a link there, to see that it is yours.', value: state.email ?? '' })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', minLength: 8, maxLength: 128, wrong: isWrong('password'), hint: 'At least 8 characters. A few words in a row are easy to remember and hard to guess.' })}
${asksWhy && reasonField(state.reason ?? '', isWrong('reason'))}
<label class="choice"><input type="checkbox" name="agree" value="on" required${state.agreed && html` checked`}><span>I have read ${rules.length > 0 && 'the rules above, '}the <a href="/terms">terms</a> and the <a href="/privacy">privacy page</a>, and agree.</span></label>
<button class="button" type="submit">${asksWhy ? 'Ask for an account' : 'Create account'}</button>
</form>
<p class="ways"><a href="/sign-in">I have an account already</a></p>
</section>`,
  })
}

function wrong(faults: readonly Fault[] = []): Html | false {
  if (faults.length === 0) return false
  const sentences = [...new Set(faults.map(({ code, details }) => answerFor(code, details).sentence))]
  return html`<div class="note wrong" id="wrong" role="alert">${sentences.map((sentence) => html`<p>${sentence}</p>`)}</div>`
}

function rulesPart(rules: readonly RuleView[]): Html | false {
  return (
    rules.length > 0 &&
    html`<section class="rules" aria-labelledby="rules">
<h2 id="rules">The rules here</h2>
<ol>${rules.map(({ text, hint }) => html`<li>${text}${hint !== '' && html`<span class="hint">${hint}</span>`}</li>`)}</ol>
</section>`
  )
}

function reasonField(reason: string, isWrong: boolean): Html {
  return html`<div class="field">
<label for="reason">Why do you want to join?</label>
<textarea id="reason" name="reason" rows="4" maxlength="${LONGEST_REASON}" dir="auto" required aria-describedby="${isWrong && 'wrong '}reason-hint"${isWrong && html` aria-invalid="true"`}>${reason}</textarea>
<p class="hint" id="reason-hint">The people who run this server read it before they decide. Nobody else does.</p>
</div>`
}
