import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import { type Dispatcher, Pool } from 'undici'
import type { Bucket } from '../base/media-place.ts'
import { Transient } from '../base/transient.ts'
import { typeOfEnding } from '../media/sniff.ts'
import { type ByteRange, type Content, isFileName, readPart, type Storage } from '../media/storage.ts'

const CONNECTIONS = 16
const TIMES = { connectTimeout: 5_000, headersTimeout: 15_000, bodyTimeout: 60_000 }
const TRIES = 2
const PAUSE_MS = 200
const NOTHING = createHash('sha256').digest('hex')

interface Call {
  readonly method: 'PUT' | 'HEAD' | 'GET' | 'DELETE'
  readonly name: string
  readonly headers?: Readonly<Record<string, string>>
  /** SHA-256 of the body, hex */
  readonly digest?: string
  readonly body?: () => Readable | Uint8Array
}

/**
 * Files in a bucket of S3, or of a server that speaks as it does. The operator named that server, so it may stand at any
 * address; these connections go to no other, and follow no redirect.
 * @throws Transient from each of its functions when that server does not do what it is asked
 */
export function bucketStorage(bucket: Bucket): Storage & AsyncDisposable {
  const pool = new Pool(bucket.origin, { connections: CONNECTIONS, ...TIMES })

  async function once(call: Call): Promise<Dispatcher.ResponseData> {
    const { url, headers } = await signed(bucket, call)
    return pool.request({
      method: call.method,
      path: url.pathname,
      headers,
      body: call.body?.() ?? null,
    })
  }

  /** All that is asked may be asked twice; a busy server is given a moment. */
  async function ask(call: Call): Promise<Dispatcher.ResponseData> {
    for (let tried = 1; ; tried += 1) {
      try {
        const answer = await once(call)
        if (answer.statusCode < 500 || tried === TRIES) return answer
        await answer.body.dump()
      } catch (error) {
        if (tried === TRIES) throw failure(call, 'could not be reached', error)
      }
      await sleep(PAUSE_MS * tried)
    }
  }

  async function done(call: Call, statuses: readonly number[]): Promise<Dispatcher.ResponseData> {
    const answer = await ask(call)
    await answer.body.dump()
    return statuses.includes(answer.statusCode) ? answer : refused(call, answer)
  }

  return {
    async put(name, content) {
      if (!isFileName(name)) throw new Error('not a name of ours')
      const { digest, length, body } = await measured(content)
      const headers = { 'content-type': typeOfEnding(name), 'content-length': String(length) }
      await done({ method: 'PUT', name, headers, digest, body }, [200, 201, 204])
    },
    async size(name) {
      if (!isFileName(name)) return undefined
      const answer = await done({ method: 'HEAD', name }, [200, 404])
      return answer.statusCode === 404 ? undefined : Number(answer.headers['content-length'])
    },
    read: (name, range) => Readable.from(readThrough(ask, name, range), { objectMode: false }),
    async remove(name) {
      if (isFileName(name)) await done({ method: 'DELETE', name }, [200, 204, 404])
    },
    [Symbol.asyncDispose]: () => pool.close(),
  }
}

/** What breaks off half-way ends in an error, never as if it were whole. */
async function* readThrough(
  ask: (call: Call) => Promise<Dispatcher.ResponseData>,
  name: string,
  range: ByteRange | undefined,
): AsyncGenerator<Buffer> {
  const headers = range && { range: `bytes=${range.start}-${range.end}` }
  const call: Call = { method: 'GET', name, ...(headers && { headers }) }
  const answer = await ask(call)
  if (answer.statusCode !== (range ? 206 : 200)) {
    await answer.body.dump()
    refused(call, answer)
  }
  try {
    yield* answer.body as AsyncIterable<Buffer>
  } catch (error) {
    throw failure(call, 'broke off', error)
  }
}

async function signed(bucket: Bucket, { method, name, headers = {}, digest = NOTHING }: Call) {
  const { accessKeyId, secretAccessKey, sessionToken } = bucket.keys
  const signer = new AwsV4Signer({
    method,
    url: `${bucket.origin}${bucket.path}/${name}`,
    headers: { ...headers, 'x-amz-content-sha256': digest },
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken && { sessionToken: sessionToken.reveal() }),
    service: 's3',
    region: bucket.region,
  })
  const { url, headers: whole } = await signer.sign()
  return { url, headers: Object.fromEntries(whole) }
}

async function measured(content: Content) {
  if (content instanceof Uint8Array) {
    const digest = createHash('sha256').update(content).digest('hex')
    return { digest, length: content.length, body: () => content }
  }
  const hash = createHash('sha256')
  for await (const chunk of readPart(content)) hash.update(chunk as Buffer)
  const { size } = await stat(content.path)
  const length = Math.min(content.end, size) - content.start
  return { digest: hash.digest('hex'), length, body: () => readPart(content) }
}

function refused({ method }: Call, { statusCode }: Dispatcher.ResponseData): never {
  throw new Transient(`the media storage answered ${statusCode} to a ${method}`)
}

function failure({ method }: Call, what: string, cause: unknown): Transient {
  return new Transient(`the media storage ${what} at a ${method}: ${(cause as Error).message}`, { cause })
}
