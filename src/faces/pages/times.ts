import { type Html, html } from './html.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const formatter = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options })
const dayMonth = formatter({ day: 'numeric', month: 'short' })
const dayMonthYear = formatter({ day: 'numeric', month: 'short', year: 'numeric' })
const monthYear = formatter({ month: 'long', year: 'numeric' })
const whole = formatter({
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** How long ago, while that says more than the date does; pages know nothing of the reader's time zone. */
export function ago(time: Date, now: Date): string {
  const past = now.getTime() - time.getTime()
  if (past < MINUTE) return 'now'
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min`
  if (past < DAY) return `${Math.floor(past / HOUR)} h`
  if (past < 7 * DAY) return `${Math.floor(past / DAY)} d`
  return time.getUTCFullYear() === now.getUTCFullYear() ? dayMonth.format(time) : dayMonthYear.format(time)
}

export function fullTime(time: Date): string {
  return `${whole.format(time)} UTC`
}

export function month(time: Date): string {
  return monthYear.format(time)
}

/** A time for people and for machines. */
export function timeTag(time: Date, text: string, className: 'dt-published' | 'dt-updated' | 'plain'): Html {
  return html`<time class="${className}" datetime="${time.toISOString()}" title="${fullTime(time)}">${text}</time>`
}
