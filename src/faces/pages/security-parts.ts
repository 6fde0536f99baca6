import type { Registrant } from '../../domain/accounts/registration-find.ts'
import type { SecurityView, SessionView } from '../../views/security.ts'
import type { Answer } from '../http/errors.ts'
import { field, formError } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { ago, fullTime, timeTag } from './times.ts'

export const SECURITY = '/accounts/security'
export const APP = `${SECURITY}/app`
export const PASSKEYS = `${SECURITY}/passkeys`
export const NEW_PASSKEY = `${PASSKEYS}/new`
export const CODES = `${SECURITY}/codes`
export const SESSIONS = `${SECURITY}/sessions`
export const CONFIRM = `${SECURITY}/confirm`
export const EMAIL = `${SECURITY}/email`

const ENDS = 'A change here signs you out everywhere else, and takes access back from all apps.'

/** Where letters go: how a forgotten password is chosen anew, and by what they can sign in. */
export function emailSection(
  { email, unconfirmedEmail }: Pick<Registrant, 'email' | 'unconfirmedEmail'>,
  guard: Html,
  wrong: Answer | undefined,
): Html {
  return html`<section class="sheet padded" aria-labelledby="address"><h2 id="address">E-mail address</h2>
<p>${email === null ? 'There is none. With one you can choose a new password when you have forgotten yours.' : html`<bdi>${email}</bdi>`}</p>
${unconfirmedEmail !== null && html`<p class="soft"><bdi>${unconfirmedEmail}</bdi> waits to be confirmed by the link that was sent there.</p>`}
${formError(wrong)}
<form method="post" action="${EMAIL}">${guard}
${field({ name: 'email', label: email === null ? 'Your address' : 'Another address', type: 'email', autocomplete: 'email', maxLength: 254, literal: true, wrong: wrong !== undefined, hint: 'A link is sent there. Opening it signs you out everywhere, and takes access back from all apps.' })}
<button class="quiet button" type="submit">Send the link</button>
</form></section>`
}

/** The app that shows codes: on or off. */
export function appSection({ authenticatorSince }: SecurityView, guard: Html): Html {
  const state =
    authenticatorSince === null
      ? html`<p>An app on your phone shows a new code every half minute. Whoever has your password alone does not get in.</p>
<div class="actions"><a class="quiet button" href="${APP}">Set up an app</a></div>`
      : html`<p><span class="badge">On</span> since ${timeTag(authenticatorSince, fullTime(authenticatorSince), 'plain')}</p>
<div class="actions"><a class="quiet button" href="${APP}">Use another app</a>
<form method="post" action="${APP}/remove">${guard}<button class="quiet button" type="submit">Turn it off</button></form></div>`
  return html`<section class="sheet padded" aria-labelledby="app"><h2 id="app">Authenticator app</h2>
${state}
<p class="hint">${ENDS}</p></section>`
}

/** Their passkeys, each with its name. */
export function passkeySection(
  { passkeys }: SecurityView,
  guard: Html,
  now: Date,
  isPossible: boolean,
): Html {
  const add = isPossible
    ? html`<div class="actions"><a class="quiet button" href="${NEW_PASSKEY}">Add a passkey</a></div>
<p class="hint">${ENDS}</p>`
    : html`<p class="hint">Passkeys work only where the server has a name and https.</p>`
  return html`<section class="sheet padded" aria-labelledby="passkeys"><h2 id="passkeys">Passkeys</h2>
<p>Sign in with a fingerprint, your face or the PIN of a device, without your password. From the first one on your password alone does not let anybody in.</p>
${
  passkeys.length > 0 &&
  html`<ul class="keys">${passkeys.map(
    ({ credentialId, name, createdAt, usedAt }, at) => html`<li>
<form class="inline" method="post" action="${PASSKEYS}/rename">${guard}<input type="hidden" name="id" value="${credentialId}">
<div class="field"><label for="passkey-${at}">Name</label><input id="passkey-${at}" name="name" value="${name}" maxlength="60" required autocomplete="off"></div>
<button class="quiet button" type="submit">Rename<span class="unseen"> ${name}</span></button></form>
<p class="soft">Added ${timeTag(createdAt, fullTime(createdAt), 'plain')} · ${usedAt === null ? 'not used yet' : html`last used ${past(usedAt, now)}`}</p>
<form method="post" action="${PASSKEYS}/remove">${guard}<input type="hidden" name="id" value="${credentialId}"><button class="quiet button" type="submit">Remove<span class="unseen"> ${name}</span></button></form>
</li>`,
  )}</ul>`
}${add}</section>`
}

/** How many are left, and the way to new ones. */
export function codeSection({ codesLeft }: SecurityView, guard: Html): Html {
  return html`<section class="sheet padded" aria-labelledby="codes"><h2 id="codes">Recovery codes</h2>
<p${codesLeft < 3 && html` class="note wrong"`}>${codesLeft === 0 ? 'None is left.' : `${codesLeft} of 10 left.`} Each lets you in once when your app or passkey is not at hand.</p>
<form method="post" action="${CODES}">${guard}<button class="quiet button" type="submit">Make new codes</button></form>
<p class="hint">The old ones end with that.</p></section>`
}

/** Where they are signed in. */
export function sessionSection(sessions: readonly SessionView[], here: string, guard: Html, now: Date): Html {
  return html`<section class="sheet padded" aria-labelledby="sessions"><h2 id="sessions">Where you are signed in</h2>
<ul class="keys">${sessions.map((session) => sessionItem(session, session.name === here, guard, now))}</ul>
<div class="actions">
${sessions.length > 1 && html`<form method="post" action="${SESSIONS}/end-others">${guard}<button class="quiet button" type="submit">Sign out everywhere else</button></form>`}
<form method="post" action="/sign-out/everywhere">${guard}<button class="quiet button" type="submit">Sign out everywhere</button></form>
</div>
<p class="hint">Everywhere means this browser too, and all apps. <a href="/accounts/apps">Apps with access</a></p></section>`
}

function sessionItem(
  { name, userAgent, begunAt, seenAt }: SessionView,
  here: boolean,
  guard: Html,
  now: Date,
) {
  const browser = browserOf(userAgent)
  const end = html`<form method="post" action="${SESSIONS}/end">${guard}<input type="hidden" name="session" value="${name}"><button class="quiet button" type="submit">Sign out<span class="unseen"> ${browser}</span></button></form>`
  return html`<li>
<p><strong>${browser}</strong>${here && html` <span class="badge">This browser</span>`}</p>
<p class="soft">Since ${timeTag(begunAt, fullTime(begunAt), 'plain')} · last seen ${past(seenAt, now)}</p>
${!here && end}
</li>`
}

function past(time: Date, now: Date): Html {
  const text = ago(time, now)
  return timeTag(time, /^\d+ (?:min|h|d)$/.test(text) ? `${text} ago` : text, 'plain')
}

// Each names itself after those that it is built on, so the order matters.
const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly [RegExp, string][] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** What a browser calls itself, in two words. It can say what it wants, so nothing depends on it. */
export function browserOf(userAgent: string | null | undefined): string {
  const nameIn = (list: readonly [RegExp, string][]) =>
    list.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1]
  const browser = nameIn(BROWSERS) ?? 'A browser'
  const system = nameIn(SYSTEMS)
  return system === undefined ? browser : `${browser} on ${system}`
}
