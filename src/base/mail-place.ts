import { isEmail } from './emails.ts'
import { Secret } from './secret.ts'

/** The server that takes our letters, and in whose name they go out. */
export interface MailPlace {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; otherwise STARTTLS, where the server has it */
  readonly tls: boolean
  readonly login: { readonly user: string; readonly password: Secret } | undefined
  /** the address that they come from; undefined: one at our own host */
  readonly from: string | undefined
}

const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const

/**
 * Reads `smtps://[user:password@]host[:port][?from=somebody@example.org]`, or `smtp:` for STARTTLS.
 * @returns what is wrong with it, as the end of a sentence, when it is none; never a part of it, since it may hold a
 *   password
 */
export function mailPlaceFrom(text: string): MailPlace | string {
  const url = URL.parse(text)
  const protocol = url?.protocol
  if (!url || (protocol !== 'smtp:' && protocol !== 'smtps:') || url.hostname === '' || url.hash !== '')
    return 'must be like smtps://user:password@mail.example.com.'
  if (url.pathname !== '' && url.pathname !== '/') return 'has a path, and there is nothing that it could be.'
  if ([...url.searchParams.keys()].some((name) => name !== 'from'))
    return 'takes from after the question mark, and nothing else.'
  const [user, password] = [decoded(url.username), decoded(url.password)]
  if (user === undefined || password === undefined || (user === '') !== (password === ''))
    return 'needs both a user and a password, or neither, with signs like @ as %40.'
  const from = url.searchParams.get('from') ?? (isEmail(user) ? user : undefined)
  if (from !== undefined && !isEmail(from)) return 'has a from like weft@example.com.'
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? PORTS[protocol] : Number(url.port),
    tls: protocol === 'smtps:',
    login: user === '' ? undefined : { user, password: new Secret(password) },
    from,
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
