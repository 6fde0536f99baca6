import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Transporter } from 'nodemailer'
import type { MailPlace } from '../../base/mail-place.ts'
import { Transient } from '../../base/transient.ts'
import type { Letter } from '../../domain/accounts/letters.ts'

export interface Mailer {
  /**
   * Hands a letter in.
   * @returns false when there is no such mailbox, for good
   * @throws Transient for everything else that goes wrong
   */
  send(letter: Letter): Promise<boolean>
}

export interface MailerParts {
  readonly place: MailPlace
  /** what we are called */
  readonly host: string
}

const CONNECT_MS = 15_000
const SILENCE_MS = 30_000
/** A mailbox that is not there, or not to be written to (RFC 5321, section 4.2.3). */
const NO_MAILBOX: ReadonlySet<number> = new Set([550, 551, 553])

/**
 * Sends letters through the server that the operator named, wherever that is: no stranger has a say in where we dial.
 * What speaks SMTP is loaded by the first letter.
 */
export function createMailer({ place, host }: MailerParts): Mailer {
  let opened: Promise<Transporter> | undefined
  const transporter = () => {
    opened ??= open(place, host)
    return opened
  }
  return {
    async send({ to, subject, text }) {
      try {
        await (await transporter()).sendMail({
          from: { name: host, address: place.from ?? `noreply@${host}` },
          // As an object it is one address, whatever is in it.
          to: { name: '', address: to },
          subject,
          text,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          disableFileAccess: true,
          disableUrlAccess: true,
        })
        return true
      } catch (error) {
        return afterFailure(error)
      }
    },
  }
}

async function open(place: MailPlace, name: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  const { login } = place
  return createTransport({
    host: place.host,
    port: place.port,
    secure: place.tls,
    // A password goes over no wire that others can listen to.
    requireTLS: !place.tls && login !== undefined && !isLoopback(place.host),
    name,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    ...(login && { auth: { user: login.user, pass: login.password.reveal() } }),
  })
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  return isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback'
}

/** What the other side says may name the person, or what we sent: only its numbers and words for machines are told. */
function afterFailure(error: unknown): false {
  const { code, responseCode, command } = (error ?? {}) as Record<string, unknown>
  if (code === 'EENVELOPE' && command === 'RCPT TO' && NO_MAILBOX.has(Number(responseCode))) return false
  const said = [code, responseCode].filter((word) => /^[A-Z\d]{1,20}$/.test(String(word))).join(' ')
  throw new Transient(`the mail server did not take a letter${said === '' ? '' : ` (${said})`}`)
}
