import type { Request, Response } from 'express'
import { Refusal, type RefusalCode } from '../../base/refusal.ts'
import { FORM_FIELD, formToken } from '../http/csrf.ts'
import { type Answer, answerFor } from '../http/errors.ts'
import { type Html, html } from './html.ts'
import type { PageContext } from './page-context.ts'

/** The hidden field that every form needs. */
export function formGuard(ctx: PageContext, req: Request, res: Response): Html {
  return html`<input type="hidden" name="${FORM_FIELD}" value="${formToken(ctx, req, res)}">`
}

export interface Field {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'password' | 'email'
  readonly value?: string
  readonly hint?: string
  readonly autocomplete: string
  readonly required?: boolean
  readonly maxLength?: number
  readonly minLength?: number
  /** for names and addresses: no capitals, no corrections */
  readonly literal?: boolean
  /** made of digits alone, for the keyboard of a phone */
  readonly digits?: boolean
  /** true when what stands above the form is about this field */
  readonly wrong?: boolean
}

const WRONG_ID = 'wrong'

/** A labelled field; its hint is read out with it. */
export function field(input: Field): Html {
  const hintId = `${input.name}-hint`
  const told = [input.wrong && WRONG_ID, input.hint !== undefined && hintId].filter(Boolean).join(' ')
  return html`<div class="field">
<label for="${input.name}">${input.label}</label>
<input id="${input.name}" name="${input.name}" type="${input.type ?? 'text'}" autocomplete="${input.autocomplete}"${
    input.value !== undefined && html` value="${input.value}"`
  }${input.required !== false && html` required`}${input.minLength !== undefined && html` minlength="${input.minLength}"`}${
    input.maxLength !== undefined && html` maxlength="${input.maxLength}"`
  }${input.literal && html` autocapitalize="none" autocorrect="off" spellcheck="false"`}${input.digits && html` inputmode="numeric"`}${
    input.wrong && html` aria-invalid="true"`
  }${told !== '' && html` aria-describedby="${told}"`}>
${input.hint !== undefined && html`<p class="hint" id="${hintId}">${input.hint}</p>`}
</div>`
}

/** What was wrong with a form, said above it and read out at once. */
export function formError(answer: Answer | undefined): Html | false {
  return (
    answer !== undefined && html`<p class="note wrong" id="${WRONG_ID}" role="alert">${answer.sentence}</p>`
  )
}

/** What to say above a form again, if that is why it was refused; anything else is thrown on. */
export function answerForForm(error: unknown, codes: readonly RefusalCode[]): Answer {
  if (error instanceof Refusal && codes.includes(error.code)) return answerFor(error.code, error.details)
  throw error
}
