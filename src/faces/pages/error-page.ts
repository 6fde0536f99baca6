import type { Answer, AnswerWriter } from '../http/errors.ts'
import { asProblem } from '../http/errors.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'

const titles: Readonly<Record<number, string>> = {
  400: 'That did not work',
  401: 'Please sign in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'That did not work',
  410: 'Gone',
  413: 'Too large',
  414: 'That did not work',
  415: 'That did not work',
  421: 'Wrong server',
  422: 'That did not work',
  429: 'A little slower, please',
  500: 'Something went wrong',
  501: 'Not yet',
  503: 'One moment',
}

/** Says what went wrong as a page, or as a problem document to whoever does not read pages. */
export function asPage(ctx: Pick<PageContext, 'config'>): AnswerWriter {
  return (req, res, answer) => {
    if (req.accepts(['html', 'json', 'application/activity+json', 'application/ld+json']) !== 'html') {
      res.vary('Accept')
      asProblem(req, res, answer)
      return
    }
    sendPage(ctx, req, res, { head: headOf(answer), body: bodyOf(answer) })
  }
}

function headOf(answer: Answer) {
  return { title: titleOf(answer), hidden: true }
}

function titleOf({ status }: Answer): string {
  return titles[status] ?? 'That did not work'
}

function bodyOf(answer: Answer) {
  return html`<section class="sheet narrow lost">
<p class="status" aria-hidden="true">${answer.status}</p>
<h1>${titleOf(answer)}</h1>
<p>${answer.sentence}</p>
${answer.reference !== undefined && html`<p class="soft">Reference: <code>${answer.reference}</code></p>`}
<p><a href="/">To the start page</a></p>
</section>`
}
