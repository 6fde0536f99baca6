import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

/** How a scripted path answers. Everything may be combined. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | string[]>>
  /** an object goes out as JSON under `type`, or `application/activity+json` */
  readonly body?: string | Buffer | object
  readonly type?: string | null
  readonly redirect?: string
  /** wait before the first byte */
  readonly delayMs?: number
  /** one byte each so many milliseconds */
  readonly dripMs?: number
  /** how often the body is compressed, named so in Content-Encoding; 1 MB of zeros needs two or three */
  readonly gzipLayers?: number
  /** cut the connection (RST): before a byte is sent, or in the middle of the body */
  readonly reset?: 'before' | 'midway'
  /** take the request and say nothing, ever */
  readonly hang?: boolean
  /** go on sending the body again and again, until the other side has had enough */
  readonly endless?: boolean
}

/** Plays one answer on a response; returns when it is out or the other side has gone. */
export async function play(answer: Answer, response: ServerResponse): Promise<void> {
  if (answer.hang) return
  if (answer.delayMs) await sleep(answer.delayMs, undefined, { ref: false })
  if (answer.reset === 'before') return void response.socket?.resetAndDestroy()
  const body = bodyOf(answer)
  response.writeHead(statusOf(answer), headersOf(answer))
  if (answer.endless) return sendEndlessly(body, response)
  if (answer.dripMs !== undefined) return drip(body, answer.dripMs, response)
  if (answer.reset === 'midway') {
    response.write(body.subarray(0, Math.ceil(body.length / 2)))
    await sleep(20)
    return void response.socket?.resetAndDestroy()
  }
  response.end(body)
}

function statusOf(answer: Answer): number {
  return answer.status ?? (answer.redirect === undefined ? 200 : 302)
}

function headersOf(answer: Answer): Record<string, string | string[]> {
  const type =
    answer.type === undefined && answer.body !== undefined ? 'application/activity+json' : answer.type
  return {
    ...(type ? { 'content-type': type } : {}),
    ...(answer.redirect === undefined ? {} : { location: answer.redirect }),
    ...(answer.gzipLayers
      ? { 'content-encoding': Array.from({ length: answer.gzipLayers }, () => 'gzip').join(', ') }
      : {}),
    ...answer.headers,
  }
}

function bodyOf(answer: Answer): Buffer {
  const { body = '' } = answer
  let bytes =
    typeof body === 'string'
      ? Buffer.from(body)
      : Buffer.isBuffer(body)
        ? body
        : Buffer.from(JSON.stringify(body))
  for (let layer = 0; layer < (answer.gzipLayers ?? 0); layer++) bytes = gzipSync(bytes)
  return bytes
}

async function drip(body: Buffer, everyMs: number, response: ServerResponse): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at++) {
    response.write(body.subarray(at, at + 1))
    await sleep(everyMs, undefined, { ref: false })
  }
  response.end()
}

async function sendEndlessly(body: Buffer, response: ServerResponse): Promise<void> {
  const chunk = body.length > 0 ? body : Buffer.alloc(65_536, 32)
  while (!response.destroyed) {
    if (!response.write(chunk)) {
      await Promise.race([
        new Promise((resolve) => response.once('drain', resolve)),
        new Promise((resolve) => response.once('close', resolve)),
      ])
    }
  }
}
