import { hasEnded } from '../../domain/polls/poll.ts'
import { withPictures } from '../../text/emojis.ts'
import { escapeHtml } from '../../text/escape.ts'
import type { AccountView, AttachmentView, EmojiView, PollView } from '../../views/view.ts'
import { titleOf } from './account-parts.ts'
import { type Html, html, linkTo, raw } from './html.ts'
import { ago, fullTime } from './times.ts'

/** HTML of ours in which custom emoji stand as pictures; those of which we hold no copy stay text. */
export function withEmojis(clean: string, emojis: readonly EmojiView[]): Html {
  if (emojis.length === 0) return raw(clean)
  const known = new Map(emojis.map((emoji) => [emoji.shortcode, emoji]))
  return raw(
    withPictures(clean, (shortcode) => {
      const file = known.get(shortcode)?.file
      return file
        ? html`<img class="shortcode" src="/media/${file}" alt=":${shortcode}:" title=":${shortcode}:" width="20" height="20" loading="lazy">`.toString()
        : undefined
    }),
  )
}

/** Plain text with its emoji. */
export function textWithEmojis(text: string, emojis: readonly EmojiView[]): Html {
  return withEmojis(escapeHtml(text), emojis)
}

/** What an account is called, its emoji included. */
export function nameOf(account: Pick<AccountView, 'name' | 'displayName' | 'emojis'>): Html {
  return textWithEmojis(titleOf(account), account.emojis)
}

const KINDS = {
  image: 'Picture',
  gifv: 'Animation',
  video: 'Video',
  audio: 'Sound',
  unknown: 'File',
} as const

/**
 * What a post holds to see and hear. What is ours is shown; what another server holds is a link, since loading it would
 * tell that server who reads what, and when (S-098).
 */
export function attachmentList(attachments: readonly AttachmentView[]): Html | false {
  if (attachments.length === 0) return false
  const ours = attachments.filter(({ file, kind }) => file !== null && kind !== 'unknown')
  const others = attachments.filter((attached) => !ours.includes(attached))
  return html`${ours.length > 0 && html`<div class="gallery${ours.filter(({ kind }) => kind !== 'audio').length > 1 ? ' several' : ''}">${ours.map(shown)}</div>`}${
    others.length > 0 && html`<ul class="files">${others.map(linked)}</ul>`
  }`
}

function shown(attached: AttachmentView): Html {
  const address = `/media/${attached.file}`
  const { description, width, height } = attached
  const size = width !== null && height !== null && html` width="${width}" height="${height}"`
  if (attached.kind === 'audio')
    return html`<audio class="u-audio" controls preload="none" src="${address}"${description !== '' && html` aria-label="${description}"`}></audio>`
  if (attached.kind === 'video' || attached.kind === 'gifv')
    return html`<video class="u-video" controls preload="metadata" src="${address}"${size}${description !== '' && html` aria-label="${description}"`}></video>`
  return html`<a href="${address}"><img class="u-photo" src="${address}" alt="${description}"${size} loading="lazy" decoding="async"></a>`
}

function linked(attached: AttachmentView): Html | false {
  const link = linkTo(attached.url)
  if (link === undefined) return false
  const facts = [KINDS[attached.kind], attached.duration === null ? '' : clock(attached.duration)]
  const words = facts.filter((fact) => fact !== '').join(', ')
  return html`<li><a href="${link}" rel="nofollow noopener noreferrer" target="_blank">${words} on ${new URL(link).host}</a>${
    attached.description !== '' && html`<span class="soft" dir="auto">${attached.description}</span>`
  }</li>`
}

/** 62.4 → 1:02 */
function clock(seconds: number): string {
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`
  return hours > 0 ? `${hours}:${tail}` : tail
}

/** A poll as it stands: shares of those who voted, once they may be known. */
export function pollBlock(poll: PollView, emojis: readonly EmojiView[], now: Date): Html {
  const sum = poll.options.reduce((total, { votes }) => total + (votes ?? 0), 0)
  const people = poll.multiple ? (poll.voters ?? sum) : sum
  const answers = poll.options.map(({ title, votes }, at) => {
    const chosen = poll.ownVotes.includes(at)
    const percent = votes === null || people === 0 ? 0 : Math.round((votes / people) * 100)
    return html`<li${chosen && html` class="chosen"`}><span class="answer" dir="auto">${textWithEmojis(title, emojis)}${
      chosen && html` <span class="badge">your vote</span>`
    }</span>${
      votes !== null &&
      html`<span class="share">${percent}%</span><progress max="${Math.max(people, 1)}" value="${Math.min(votes, Math.max(people, 1))}" aria-label="${percent}%"></progress>`
    }</li>`
  })
  const count = poll.voters ?? sum
  const hidden = poll.hideTotals && poll.closedAt === null
  const facts = [
    poll.voters === null
      ? `${count} ${count === 1 ? 'vote' : 'votes'}`
      : `${count} ${count === 1 ? 'person' : 'people'} voted`,
    poll.multiple ? 'several answers' : '',
    hidden ? 'results when it ends' : '',
  ].filter((fact) => fact !== '')
  return html`<div class="poll"><ul>${answers}</ul><p class="soft">${facts.join(' · ')}${endOf(poll, now)}</p></div>`
}

function endOf(poll: PollView, now: Date): Html | false {
  const at = poll.closedAt ?? poll.endsAt
  if (at === null) return false
  const time = (text: string) =>
    html` · <time datetime="${at.toISOString()}" title="${fullTime(at)}">${text}</time>`
  return hasEnded(poll, now) ? time(`ended ${ago(at, now)}`) : time(`ends ${fullTime(at)}`)
}
