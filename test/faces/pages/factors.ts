import { Secret, TOTP } from 'otpauth'
import { hiddenFields, type Seen, type Site } from './site.ts'

type Visitor = ReturnType<Site['visitor']>

export const SECURITY = '/accounts/security'
export const APP = `${SECURITY}/app`

/** The code that an app shows at a time; `shift` half minutes away from it. */
export function codeAt(secret: string, now: Date, shift = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  return totp.generate({ timestamp: now.getTime() + shift * 30_000 })
}

/** The key on the page that sets an app up. */
export function secretOn({ body }: Pick<Seen, 'body'>): string {
  const shown = /<code>([A-Z2-7 ]+)<\/code>/.exec(body)?.[1]
  if (shown === undefined) throw new Error(`no key on the page: ${body}`)
  return shown.replaceAll(' ', '')
}

/** The recovery codes on the page that shows them. */
export function codesOn({ body }: Pick<Seen, 'body'>): string[] {
  return [...body.matchAll(/<code>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})<\/code>/g)].map(
    ([, code = '']) => code,
  )
}

/** Sets an authenticator app up, as somebody signed in does. */
export async function setUpApp(visitor: Visitor, now: Date) {
  const page = await visitor.get(APP)
  const secret = secretOn(page)
  const fields = { ...hiddenFields(page.body, APP), code: codeAt(secret, now) }
  const reply = await visitor.post(APP, fields, { 'sec-fetch-site': 'same-origin' })
  return { secret, reply, codes: codesOn(reply) }
}

/** Gives a code after the right password. */
export function giveCode(visitor: Visitor, code: string, page = '/sign-in/second') {
  return visitor.send(page, '/sign-in/second', { code })
}
