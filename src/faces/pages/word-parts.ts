import { plainTextFrom } from '../../text/plain.ts'
import { spokenTo } from '../../views/languages.ts'
import type { PostView } from '../../views/view.ts'
import { attachmentList, pollBlock, textWithEmojis, withEmojis } from './held-parts.ts'
import { type Html, html } from './html.ts'

export interface WordSetting {
  readonly now: Date
  /** what the reader reads, the dearest first */
  readonly languages?: readonly string[]
  /** where the post can be read as a page */
  readonly link: string
  /** it stands for itself, and not among others */
  readonly whole: boolean
}

/** Plain text beyond which something with a title is folded. */
const LONG = 600
const EXCERPT = 280

/** What a post says and holds, behind its warning if it has one. */
export function wordsOf(post: PostView, setting: WordSetting): Html {
  const spoken = spokenTo(post, setting.languages ?? [])
  const speaking = spoken.language !== null && html` lang="${spoken.language}"`
  const titled = post.title !== null
  // Before a title a summary says what it is about; before a note, and before what is sensitive, it warns.
  const warned = post.sensitive || (post.summary !== '' && !titled)
  const words = html`<div class="prose e-content" dir="auto"${speaking}>${withEmojis(spoken.html, post.emojis)}</div>`
  const body = html`${titled && titleLine(post, setting)}${
    titled ? folded(post, spoken.html, words, setting, warned) : spoken.html !== '' && words
  }${post.poll && pollBlock(post.poll, post.emojis, setting.now)}${attachmentList(post.attachments)}`
  if (!warned) return body
  const warning = post.summary === '' ? 'Sensitive content' : post.summary
  return html`<details class="warned"><summary><span class="p-summary" dir="auto"${speaking}>${textWithEmojis(warning, post.emojis)}</span></summary>${body}</details>`
}

function titleLine(post: PostView, { link, whole }: WordSetting): Html {
  const title = textWithEmojis(post.title ?? '', post.emojis)
  return html`<h2 class="p-name title" dir="auto">${whole && post.local ? title : html`<a href="${link}"${!post.local && html` rel="nofollow noopener noreferrer"`}>${title}</a>`}</h2>`
}

/** An article among others shows what it is about, and the whole of it where somebody unfolds it. */
function folded(
  post: PostView,
  written: string,
  words: Html,
  { whole }: WordSetting,
  warned: boolean,
): Html | false {
  const text = plainTextFrom(written)
  const about = post.summary !== '' && !warned
  if (text === '') return about && html`<p class="about p-summary" dir="auto">${post.summary}</p>`
  if (text.length <= LONG)
    return html`${about && html`<p class="about p-summary" dir="auto">${post.summary}</p>`}${words}`
  const excerpt = about ? post.summary : `${text.slice(0, EXCERPT).replace(/\s+\S*$/, '')}…`
  return html`<p class="about p-summary" dir="auto">${textWithEmojis(excerpt, post.emojis)}</p><details class="whole"${whole && html` open`}><summary>Read more</summary>${words}</details>`
}
