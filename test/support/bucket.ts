import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the next request meets instead of an answer. */
export type Trouble = { readonly status: number } | 'cut' | 'midway'

/**
 * A server that speaks as S3 does, path style: it keeps what is put, gives it whole or in parts, and takes no request whose
 * signature (AWS Signature Version 4) or digest does not hold.
 */
export async function startBucket(keys: {
  readonly id: string
  readonly secret: string
  readonly region: string
}) {
  const files = new Map<string, { readonly bytes: Buffer; readonly type: string }>()
  const requests: { method: string; path: string; status: number; headers: http.IncomingHttpHeaders }[] = []
  const troubles: Trouble[] = []
  const server = http.createServer((req, res) => {
    void handle(req, res).then((status) => {
      requests.push({ method: req.method ?? '', path: req.url ?? '', status, headers: req.headers })
    })
  })

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<number> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    // What breaks off half-way needs something to break off.
    const trouble = troubles[0] === 'midway' && req.method !== 'GET' ? undefined : troubles.shift()
    if (trouble === 'cut') {
      req.socket.destroy()
      return 0
    }
    if (typeof trouble === 'object') return end(res, trouble.status)
    if (!isSigned(req, keys) || !isWhole(req, body)) return end(res, 403)
    const path = req.url ?? ''
    if (req.method === 'PUT') {
      files.set(path, { bytes: body, type: String(req.headers['content-type']) })
      return end(res, 200)
    }
    if (req.method === 'DELETE') {
      files.delete(path)
      return end(res, 204)
    }
    return give(req, res, files.get(path), trouble === 'midway')
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    files,
    requests,
    /** lets the next requests fail, one after the other */
    trouble: (...next: readonly Trouble[]) => void troubles.push(...next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function give(
  req: IncomingMessage,
  res: ServerResponse,
  file: { readonly bytes: Buffer; readonly type: string } | undefined,
  breaks: boolean,
): number {
  if (!file) return end(res, 404)
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '') ?? []
  const part = from === undefined ? file.bytes : file.bytes.subarray(Number(from), Number(to) + 1)
  const status = from === undefined ? 200 : 206
  res.writeHead(status, { 'content-type': file.type, 'content-length': String(part.length) })
  if (req.method === 'HEAD') res.end()
  else if (breaks) res.write(part.subarray(0, part.length / 2), () => setTimeout(() => res.destroy(), 20))
  else res.end(part)
  return status
}

function end(res: ServerResponse, status: number): number {
  res.writeHead(status).end()
  return status
}

function isWhole(req: IncomingMessage, body: Buffer): boolean {
  return req.headers['x-amz-content-sha256'] === createHash('sha256').update(body).digest('hex')
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function isSigned(
  req: IncomingMessage,
  keys: { readonly id: string; readonly secret: string; readonly region: string },
): boolean {
  const [, id, day = '', region = '', names = '', signature] =
    AUTHORIZATION.exec(req.headers.authorization ?? '') ?? []
  const date = String(req.headers['x-amz-date'])
  const signedNames = names.split(';')
  if (id !== keys.id || region !== keys.region || !date.startsWith(day)) return false
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => signedNames.includes(name)))
    return false
  const headers = signedNames.map((name) => `${name}:${String(req.headers[name]).trim()}\n`).join('')
  const canonical = [req.method, req.url, '', headers, names, req.headers['x-amz-content-sha256']].join('\n')
  const hash = createHash('sha256').update(canonical).digest('hex')
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${region}/s3/aws4_request`, hash].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce(
    (secret: Buffer | string, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${keys.secret}`,
  )
  return createHmac('sha256', key).update(text).digest('hex') === signature
}
