import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { hostFrom } from './base/handles.ts'
import { type MailPlace, mailPlaceFrom } from './base/mail-place.ts'
import { bucketFrom, type MediaPlace } from './base/media-place.ts'
import { Secret } from './base/secret.ts'
import { ensureSecret } from './secret-file.ts'

/** What the operator decided. Read once at the start, and frozen. */
export interface Config {
  /** `https://example.social`: ids, links and issuers are made from it, never from a request */
  readonly origin: string
  /** the part after @ in our handles */
  readonly handleHost: string
  /** where to listen */
  readonly host: string
  readonly port: number
  /** a PostgreSQL of the operator's; undefined means the embedded one */
  readonly databaseUrl: string | undefined
  /** absolute */
  readonly dataDir: string
  readonly secret: Secret
  readonly role: 'all' | 'web' | 'worker'
  readonly registration: 'open' | 'approval' | 'invite' | 'closed'
  /** CIDR ranges whose forwarding headers count */
  readonly trustedProxies: readonly string[]
  /** CIDR ranges that outbound requests may reach although they are private */
  readonly allowedPrivateAddresses: readonly string[]
  /** with which servers there is contact: with all that are not blocked, or with those alone that were allowed */
  readonly federation: 'open' | 'allowed'
  readonly authorizedFetch: boolean
  readonly rateLimits: boolean
  readonly media: MediaPlace
  /** films and sounds are made into what plays everywhere, where ffmpeg is installed */
  readonly ffmpeg: boolean
  /** where letters are handed in; undefined: none are sent, and no e-mail address is asked to be confirmed */
  readonly mail: MailPlace | undefined
  /** where Prometheus finds the metrics, on the loopback address; undefined means nowhere */
  readonly metricsPort: number | undefined
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error'
}

/** Everything that is wrong with the settings, one sentence each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.mistakes = mistakes
  }
}

/** A setting's text can be no such value: the message is the end of the sentence that its name begins. */
class Mistake extends Error {}

/** The environment of this process, with what a file `.env` in the working directory adds to it. */
export function environment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env')
  return process.env
}

/** Whether this process is part of a test run: only then may a test stand in for the outside world. */
export function isTestRun(): boolean {
  return process.env.NODE_ENV === 'test'
}

const settings = z.strictObject({
  WEFT_ORIGIN: read(originFrom).optional(),
  WEFT_HANDLE_HOST: read(handleHostFrom).optional(),
  HOST: read(listenHostFrom).default('127.0.0.1'),
  PORT: read(portFrom).default(3000),
  DATABASE_URL: read(databaseUrlFrom).optional(),
  WEFT_DATA_DIR: read((text) => resolve(text)).default(resolve('data')),
  WEFT_SECRET: read(secretFrom).optional(),
  WEFT_ROLE: oneOf('all', 'web', 'worker').default('all'),
  WEFT_REGISTRATION: oneOf('open', 'approval', 'invite', 'closed').default('invite'),
  WEFT_TRUSTED_PROXIES: read(rangesFrom).default([]),
  WEFT_ALLOWED_PRIVATE_ADDRESSES: read(rangesFrom).default([]),
  WEFT_FEDERATION: oneOf('open', 'allowed').default('open'),
  WEFT_AUTHORIZED_FETCH: onOrOff().default(false),
  WEFT_RATE_LIMITS: onOrOff().default(true),
  WEFT_MEDIA: z.string().trim().default('file'),
  WEFT_FFMPEG: oneOf('auto', 'off').default('auto'),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
  AWS_REGION: z.string().optional(),
  WEFT_SMTP_URL: read(smtpFrom).optional(),
  WEFT_METRICS_PORT: read(portFrom).optional(),
  WEFT_LOG_LEVEL: oneOf('debug', 'info', 'warning', 'error').default('info'),
})

/** The names of all settings, in the order in which they are explained. */
export const settingNames: readonly string[] = Object.keys(settings.shape)

/**
 * Reads the settings and makes the secret in the data folder if none is given and none is there.
 * @throws ConfigError that lists every mistake; nothing has been made then
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const { success, data, error } = settings.safeParse(given(env))
  const mistakes = success ? [] : error.issues.flatMap(sentences)
  const origin = success ? (data.WEFT_ORIGIN ?? `http://localhost:${data.PORT}`) : ''
  if (success && !mayBePlain(origin, data.WEFT_ALLOWED_PRIVATE_ADDRESSES)) {
    mistakes.push(
      'WEFT_ORIGIN may begin with http: only on localhost or an address in WEFT_ALLOWED_PRIVATE_ADDRESSES; use https: behind a TLS proxy.',
    )
  }
  const media = success ? mediaFrom(data) : undefined
  if (media && 'mistake' in media) mistakes.push(media.mistake)
  if (!success || !media || 'mistake' in media || mistakes.length > 0) throw new ConfigError(mistakes)
  return Object.freeze({
    origin,
    handleHost: data.WEFT_HANDLE_HOST ?? new URL(origin).host,
    host: data.HOST,
    port: data.PORT,
    databaseUrl: data.DATABASE_URL,
    dataDir: data.WEFT_DATA_DIR,
    secret: data.WEFT_SECRET ?? secretOf(data.WEFT_DATA_DIR),
    role: data.WEFT_ROLE,
    registration: data.WEFT_REGISTRATION,
    trustedProxies: Object.freeze(data.WEFT_TRUSTED_PROXIES),
    allowedPrivateAddresses: Object.freeze(data.WEFT_ALLOWED_PRIVATE_ADDRESSES),
    federation: data.WEFT_FEDERATION,
    authorizedFetch: data.WEFT_AUTHORIZED_FETCH,
    rateLimits: data.WEFT_RATE_LIMITS,
    media: media.place,
    ffmpeg: data.WEFT_FFMPEG === 'auto',
    mail: data.WEFT_SMTP_URL,
    metricsPort: data.WEFT_METRICS_PORT,
    logLevel: data.WEFT_LOG_LEVEL,
  })
}

/** Ours among the variables; an empty one counts as left out. The test suite's own are no setting of a server. */
function given(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const ours = Object.entries(env).filter(
    ([name, value]) =>
      value !== '' &&
      (name in settings.shape || (name.startsWith('WEFT_') && !name.startsWith('WEFT_TEST_'))),
  )
  return Object.fromEntries(ours)
}

function sentences(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => `${name} is no setting of Weft.`)
  return [`${issue.path.join('.')} ${issue.message}`]
}

function secretOf(dataDir: string): Secret {
  try {
    return secretFrom(ensureSecret(dataDir))
  } catch (error) {
    const reason = (error as Error).message
    throw new ConfigError([`The secret in ${dataDir} cannot be used: it ${reason.replace(/\.$/, '')}.`])
  }
}

function fail(message: string): never {
  throw new Mistake(message)
}

function read<T>(from: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return from(text.trim())
    } catch (error) {
      if (!(error instanceof Mistake)) throw error
      context.addIssue(error.message)
      return z.NEVER
    }
  })
}

function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
  return z.enum(words, { error: ({ input }) => `must be ${list}, not “${input}”.` })
}

function onOrOff() {
  return oneOf('on', 'off').transform((word) => word === 'on')
}

function portFrom(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port > 0 && port < 65_536 ? port : fail(`must be a number from 1 to 65535, not “${text}”.`)
}

function originFrom(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url !== undefined && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href
  return plain ? url.origin : fail(`must be like https://example.social, without a path, not “${text}”.`)
}

function handleHostFrom(text: string): string {
  return hostFrom(text) ?? fail(`must be a host name like example.social, not “${text}”.`)
}

function listenHostFrom(text: string): string {
  const host = text.replace(/^\[(.*)\]$/, '$1')
  const valid = ipaddr.isValid(host) || hostFrom(host) === host.toLowerCase()
  return valid ? host : fail(`must be an address or a host name to listen on, not “${text}”.`)
}

/** Never repeats its text: there may be a password in it. */
function databaseUrlFrom(text: string): string {
  const valid = URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)
  return valid ? text : fail('must be like postgres://user:password@host:5432/database.')
}

function smtpFrom(text: string): MailPlace {
  const place = mailPlaceFrom(text)
  return typeof place === 'string' ? fail(place) : place
}

function secretFrom(text: string): Secret {
  return text.length >= 32 ? new Secret(text) : fail('must have 32 characters at least.')
}

function rangesFrom(text: string): string[] {
  return text.split(/[\s,]+/).map((range) => {
    if (ipaddr.isValidCIDR(range)) return range
    if (ipaddr.isValid(range)) return `${range}/${range.includes(':') ? 128 : 32}`
    return fail(`must be a list of ranges like 10.0.0.0/8, fd00::/8, and “${range}” is none.`)
  })
}

/** @returns the place, or in `mistake` what is wrong with it: there may be a key in it, so it is not repeated */
function mediaFrom(data: z.output<typeof settings>): { place: MediaPlace } | { mistake: string } {
  if (data.WEFT_MEDIA === 'file') return { place: 'file' }
  const bucket = bucketFrom(data.WEFT_MEDIA, {
    accessKeyId: data.AWS_ACCESS_KEY_ID,
    secretAccessKey: data.AWS_SECRET_ACCESS_KEY,
    sessionToken: data.AWS_SESSION_TOKEN,
    region: data.AWS_REGION,
  })
  return typeof bucket === 'string' ? { mistake: `WEFT_MEDIA ${bucket}` } : { place: bucket }
}

/** Plain http is for one's own machine and for networks that the operator opened by name. */
function mayBePlain(origin: string, allowed: readonly string[]): boolean {
  const { protocol, hostname } = new URL(origin)
  if (protocol === 'https:') return true
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  if (!ipaddr.isValid(host)) return false
  const address = ipaddr.process(host)
  const ranges = allowed.map((range) => ipaddr.parseCIDR(range))
  return (
    address.range() === 'loopback' ||
    ranges.some((range) => range[0].kind() === address.kind() && address.match(range))
  )
}
