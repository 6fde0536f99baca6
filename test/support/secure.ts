import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, fetch as fetchWith } from 'undici'
import { createVisitor } from '../faces/pages/site.ts'
import { theAuthority } from './peer/certificates.ts'
import { freePort } from './process.ts'
import { startWeft, type Weft } from './weft.ts'

export const PASSWORD = 'seven small boats at dawn'

/** A whole server as operators run it: a process behind a proxy that ends TLS, with a certificate of a private authority. */
export interface SecureWeft extends AsyncDisposable {
  /** `https://localhost:…` */
  readonly origin: string
  readonly weft: Weft
  /** the authority's certificate: as PEM, and in a file for programs */
  readonly ca: string
  readonly caFile: string
  /** fetch that trusts the authority */
  fetch(url: string, init?: object): Promise<Response>
  /** somebody with a password: the address of the actor */
  person(name: string, ...options: readonly string[]): Promise<string>
  /** a browser without scripts */
  visitor(): ReturnType<typeof createVisitor>
}

export async function startSecureWeft(env: Readonly<Record<string, string>> = {}): Promise<SecureWeft> {
  const authority = await theAuthority()
  const folder = await mkdtemp(join(tmpdir(), 'weft-tls-'))
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, authority.certificate)
  const port = await freePort()
  const origin = `https://localhost:${port}`
  const weft = await startWeft({
    WEFT_ORIGIN: origin,
    WEFT_TRUSTED_PROXIES: '127.0.0.1/32,::1/128',
    NODE_EXTRA_CA_CERTS: caFile,
    ...env,
  })
  const proxy = await startProxy(port, weft.process.origin, await authority.issue('localhost'))
  const agent = new Agent({ connect: { ca: authority.certificate } })
  const trusting = (url: string, init: object = {}) =>
    fetchWith(url, { ...init, dispatcher: agent }) as unknown as Promise<Response>
  return {
    origin,
    weft,
    ca: authority.certificate,
    caFile,
    fetch: trusting,
    async person(name, ...options) {
      const [made] = await weft.cliWith(PASSWORD, 'account', 'create', name, '--password-stdin', ...options)
      return String(made?.actor)
    },
    visitor: () => createVisitor(origin, {}, trusting),
    async [Symbol.asyncDispose]() {
      await agent.destroy()
      proxy.closeAllConnections()
      proxy.close()
      await weft.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Passes on what comes over TLS, byte by byte as it comes, and says from whom and how it came. */
async function startProxy(port: number, to: string, pair: { cert: string; key: string }) {
  const { port: inner } = new URL(to)
  const server = https.createServer(pair, (req, res) => {
    const passed = http.request(
      {
        host: '127.0.0.1',
        port: inner,
        method: req.method,
        path: req.url,
        headers: {
          ...req.headers,
          'x-forwarded-for': req.socket.remoteAddress,
          'x-forwarded-proto': 'https',
        },
      },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        res.flushHeaders()
        answer.pipe(res)
      },
    )
    passed.on('error', () => res.destroy())
    res.on('close', () => passed.destroy())
    req.pipe(passed)
  })
  server.listen(port, 'localhost')
  await once(server, 'listening')
  return server
}
