import { AsyncLocalStorage } from 'node:async_hooks'
import {
  configure,
  getJsonLinesFormatter,
  getLogger,
  type LogRecord,
  type Sink,
  type TextFormatter,
} from '@logtape/logtape'
import { JWT_PATTERN, type RedactionPatterns, redactByField, redactByPattern } from '@logtape/redaction'
import type { Log } from './base/log.ts'

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warning' | 'error'
  /** for people at a terminal: coloured lines; otherwise one JSON object a line */
  readonly pretty: boolean
  readonly write: (line: string) => void
}

/** What is never written out, by the name that it goes by. */
const SECRET_FIELDS = [
  /secret/i,
  /passw|passphrase/i,
  /token/i,
  /authorization/i,
  /cookie/i,
  /private.?key/i,
  /^signature/i,
  /^session$/i,
  /^jwk$/i,
]

/** What is never written out, wherever it stands in a line. */
const SECRET_FORMS: RedactionPatterns = [
  JWT_PATTERN,
  {
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    replacement: '[secret]',
  },
  { pattern: /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"]*:)[^\s@"]+@/gi, replacement: '$1[secret]@' },
  { pattern: /\b(bearer|basic|dpop) +[\w+/.~=-]{8,}/gi, replacement: '$1 [secret]' },
  { pattern: /(\\?"?\bsignature\\?"?[=:] ?\\?["']?)[\w+/=-]{40,}/gi, replacement: '$1[secret]' },
  { pattern: /(\\?"(?:d|p|q|dp|dq|qi)\\?": ?\\?")[\w-]{20,}/g, replacement: '$1[secret]' },
]

/**
 * Sets up the one log of this process, ours and Fedify's, and returns it. Secrets are taken out of every line, by the
 * name of their field and by their form.
 */
export async function startLog(options: LogOptions): Promise<Log> {
  const formatter = redactByPattern(await formatterFor(options.pretty), SECRET_FORMS)
  const redacted = redactByField(
    (record) => options.write(formatter(withReadableMessage(record, options.pretty))),
    {
      fieldPatterns: SECRET_FIELDS,
      action: () => '[secret]',
    },
  )
  const sink: Sink = (record) => redacted(withPlainErrors(record))
  await configure({
    reset: true,
    contextLocalStorage: new AsyncLocalStorage(),
    sinks: { out: sink },
    loggers: [
      { category: 'weft', lowestLevel: options.level, sinks: ['out'] },
      // Fedify tells at lower levels what peers do wrong, whole messages included.
      { category: 'fedify', lowestLevel: 'error', sinks: ['out'] },
      // Whoever asks for somebody who is not here would write to our log as often as they like.
      { category: ['fedify', 'webfinger', 'server'], lowestLevel: 'fatal' },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['out'] },
    ],
  })
  return getLogger('weft')
}

/** Errors carry more than they say: a database's the values of a row, a client's its whole request. Only this is kept. */
function withPlainErrors(record: LogRecord): LogRecord {
  const properties = Object.entries(record.properties).map(([name, value]) => [
    name,
    value instanceof Error ? plainError(value) : value,
  ])
  return { ...record, properties: Object.fromEntries(properties) }
}

/** A message names an error by what it says, and in JSON, a text without quotes of its own. */
function withReadableMessage(record: LogRecord, pretty: boolean): LogRecord {
  const parts = record.message.map((part) => (part instanceof Error ? part.message : part))
  const texts = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
  return { ...record, message: pretty ? parts : [texts.join('')] }
}

function plainError(error: Error, depth = 0): Error {
  const { name, stack, cause } = error
  const { code } = error as { code?: unknown }
  const plain = new Error(
    error.message,
    cause instanceof Error && depth < 5 ? { cause: plainError(cause, depth + 1) } : {},
  )
  Object.defineProperties(plain, { name: { value: name }, stack: { value: stack } })
  return typeof code === 'string' ? Object.assign(plain, { code }) : plain
}

async function formatterFor(pretty: boolean): Promise<TextFormatter> {
  if (!pretty) return getJsonLinesFormatter({ properties: 'flatten' })
  const { getPrettyFormatter } = await import('@logtape/pretty')
  return getPrettyFormatter({ timestamp: 'time', properties: true, icons: false, wordWrap: false })
}
