import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { Refusal, refuse } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { DeadlineError, isBlocked } from './blocked.ts'
import type { WayOut } from './way-out.ts'

/** What a server answered, once. */
export interface Answer {
  readonly url: URL
  readonly status: number
  readonly header: (name: string) => string
  /** decoded; empty when the status is none of 2xx */
  readonly body: Buffer
}

export interface ExchangeOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly maxBytes: number
  /** `performance.now()` at which it must be over */
  readonly endsAt: number
  /** after so many bytes the rest is left unread, instead of being refused */
  readonly cutAt?: number | undefined
}

const unzip = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/**
 * Asks once and reads the answer whole; no redirect is followed.
 * @throws Refusal 'remote.refused' or 'remote.not-found' for what will not change, Transient for what may
 */
export async function getOnce(wayOut: WayOut, url: URL, options: ExchangeOptions): Promise<Answer> {
  const deadlineMs = options.endsAt - performance.now()
  if (deadlineMs <= 0) throw new Transient(`${url.host} took too long`, { cause: new DeadlineError(0) })
  try {
    const response = await wayOut.ask(
      url,
      { method: 'GET', headers: { ...options.headers } },
      { deadlineMs, maxBytes: options.cutAt ? Number.POSITIVE_INFINITY : options.maxBytes, encoded: true },
    )
    const header = (name: string) => String(response.headers[name] ?? '')
    const { statusCode: status } = response
    if (status >= 300 || status < 200) {
      await response.body.dump({ limit: 65_536 })
      return { url, status, header, body: Buffer.alloc(0) }
    }
    const raw = options.cutAt
      ? await startOf(response.body, options.cutAt)
      : Buffer.from(await response.body.arrayBuffer())
    return { url, status, header, body: await decoded(raw, header('content-encoding'), options.maxBytes) }
  } catch (error) {
    throw failureFrom(error, url)
  }
}

/** The first bytes of a body; the connection ends with them if there are more. */
async function startOf(body: AsyncIterable<Buffer>, length: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    total += chunk.length
    if (total >= length) break
  }
  return Buffer.concat(chunks).subarray(0, length)
}

/** Some servers compress whatever is asked. One layer is undone, within the same bound as everything else. */
async function decoded(raw: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const name = encoding.trim().toLowerCase()
  if (name === '' || name === 'identity') return raw
  if (!(name in unzip)) return refuse('remote.refused', { reason: 'an encoding that nobody asked for' })
  try {
    return await unzip[name as keyof typeof unzip](raw, { maxOutputLength: maxBytes })
  } catch {
    return refuse('remote.refused', { reason: `not ${name}, or more than ${maxBytes} bytes of it` })
  }
}

function failureFrom(error: unknown, url: URL): unknown {
  if (error instanceof Refusal || error instanceof Transient) return error
  const message = error instanceof Error ? error.message : String(error)
  if (isBlocked(error)) return new Refusal('remote.refused', { reason: message })
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOTFOUND') return new Refusal('remote.not-found', { reason: `there is no ${url.hostname}` })
  return new Transient(`${url.host}: ${message}`, { cause: error })
}
