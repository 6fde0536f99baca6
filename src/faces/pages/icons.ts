import { html, raw } from './html.ts'

const stroke = (paths: string) =>
  raw(
    `<svg class="icon" viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths}</svg>`,
  )

export const icons = {
  reply: stroke('<path d="M20 11.5a7.5 7.5 0 0 1-11 6.6L4.5 19.5l1.4-4.3A7.5 7.5 0 1 1 20 11.5Z"/>'),
  boost: stroke(
    '<path d="m17 3 3.5 3.5L17 10"/><path d="M3.5 11V9.5a3 3 0 0 1 3-3h14"/><path d="m7 21-3.5-3.5L7 14"/><path d="M20.5 13v1.5a3 3 0 0 1-3 3h-14"/>',
  ),
  like: stroke(
    '<path d="M12 20s-7.5-4.5-7.5-10A4.3 4.3 0 0 1 12 7.2 4.3 4.3 0 0 1 19.5 10c0 5.5-7.5 10-7.5 10Z"/>',
  ),
  lock: stroke(
    '<rect x="5.5" y="10.5" width="13" height="9" rx="2"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>',
  ),
  at: stroke(
    '<circle cx="12" cy="12" r="3.5"/><path d="M15.5 9v4.2a2.3 2.3 0 0 0 4.6 0V12a8.1 8.1 0 1 0-3.2 6.5"/>',
  ),
  tick: stroke('<path d="m4.5 12.5 5 5 10-11"/>'),
} as const

/** Eight threads in a basket weave. */
const WEAVE =
  '<rect x="1" y="1" width="4" height="10" rx="2"/><rect x="7" y="1" width="4" height="10" rx="2"/><rect x="13" y="1" width="10" height="4" rx="2"/><rect x="13" y="7" width="10" height="4" rx="2"/><rect x="1" y="13" width="10" height="4" rx="2"/><rect x="1" y="19" width="10" height="4" rx="2"/><rect x="13" y="13" width="4" height="10" rx="2"/><rect x="19" y="13" width="4" height="10" rx="2"/>'

export const mark = html`<svg class="mark" viewBox="0 0 24 24" width="26" height="26" fill="currentColor" aria-hidden="true" focusable="false">${raw(WEAVE)}</svg>`

/** The mark as a file, in a blue that stands out on light and on dark. */
export const iconFile = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g fill="#5b6fe0">${WEAVE}</g></svg>`

/** What stands for somebody without a picture. */
export const avatarFile =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="#4a5fc1"/><circle cx="48" cy="38" r="16" fill="#fff"/><path d="M16 90a32 32 0 0 1 64 0v6H16z" fill="#fff"/></svg>'
