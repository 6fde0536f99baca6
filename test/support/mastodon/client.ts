import { expect } from 'vitest'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { findAccountByHandle } from '../../../src/domain/accounts/find.ts'
import { bearing, tokenFor } from '../tokens.ts'
import type { Whole } from '../whole.ts'
import { personHere } from '../world.ts'
import { expectAnswer } from './expect-answer.ts'

/** An answer of the API. */
export interface ApiReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what came is looked at by `expectEntity`
  readonly json: any
  /** the neighbours of a page, as `Link` names them, by path and query */
  readonly links: { readonly next?: string; readonly prev?: string }
}

export type Fields = Readonly<Record<string, unknown>>
export type BodyKind = 'json' | 'form' | 'multipart' | 'query'

export interface AskOptions {
  readonly body?: Fields
  /** instead of a body that is put together here */
  readonly raw?: Buffer
  /** JSON unless told */
  readonly as?: BodyKind
  readonly headers?: Readonly<Record<string, string>>
}

/** An app on a server: as somebody, or as nobody at all. */
export interface ApiClient {
  ask(method: string, path: string, options?: AskOptions): Promise<ApiReply>
  get(path: string, query?: Fields): Promise<ApiReply>
  post(path: string, body?: Fields, as?: BodyKind): Promise<ApiReply>
  put(path: string, body?: Fields, as?: BodyKind): Promise<ApiReply>
  patch(path: string, body?: Fields, as?: BodyKind): Promise<ApiReply>
  delete(path: string, body?: Fields, as?: BodyKind): Promise<ApiReply>
}

/** The app of somebody here. */
export interface Toot extends ApiClient {
  readonly account: LocalAccount
  readonly token: string
}

/** An app of somebody here, who is made when they are not there yet. */
export async function tootAs(
  server: Whole,
  name: string,
  { scope = 'read write follow push profile' }: { readonly scope?: string } = {},
): Promise<Toot> {
  const known = await findAccountByHandle(server.db, { name, host: null })
  const account = known ? (known as LocalAccount) : await personHere(server.world, name)
  const token = await tokenFor(server.world, account, { scope })
  return { ...apiClient(server, bearing(token)), account, token }
}

/** Whoever asks without a token, or with these headers. */
export function apiClient(
  server: Pick<Whole, 'ask'>,
  headers: Readonly<Record<string, string>> = {},
): ApiClient {
  const ask: ApiClient['ask'] = async (method, path, { body, raw, as = 'json', headers: more = {} } = {}) => {
    const packed: Packed = body === undefined ? (raw ? { body: raw } : {}) : pack(body, as)
    const query = packed.query === undefined ? '' : `${path.includes('?') ? '&' : '?'}${packed.query}`
    const reply = await server.ask(`${path}${query}`, {
      method,
      headers: { ...headers, ...packed.headers, ...more },
      ...(packed.body !== undefined && { body: packed.body }),
    })
    const json = /json/.test(String(reply.headers['content-type'])) ? JSON.parse(reply.text) : undefined
    expectAnswer(method, `${path}${query}`, reply.status, json)
    const { status, headers: told, text } = reply
    return { status, headers: told, text, json, links: linksIn(told.link) }
  }
  return {
    ask,
    get: (path, query) => ask('GET', path, { ...(query && { body: query }), as: 'query' }),
    post: (path, body = {}, as = 'json') => ask('POST', path, { body, as }),
    put: (path, body = {}, as = 'json') => ask('PUT', path, { body, as }),
    patch: (path, body = {}, as = 'json') => ask('PATCH', path, { body, as }),
    delete: (path, body = {}, as = 'json') => ask('DELETE', path, { body, as }),
  }
}

/** All items of a list, page by page as `Link` leads; fails when that never ends. */
export async function everyPage(
  client: ApiClient,
  path: string,
  query: Fields = {},
): Promise<ApiReply['json'][]> {
  const items: ApiReply['json'][] = []
  let reply = await client.get(path, query)
  for (let page = 0; page < 200; page += 1) {
    expect(reply.status, reply.text).toBe(200)
    items.push(...reply.json)
    if (reply.links.next === undefined) return items
    reply = await client.get(reply.links.next)
  }
  throw new Error(`${path} never ends`)
}

interface Packed {
  readonly query?: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

function pack(fields: Fields, as: BodyKind): Packed {
  if (as === 'json') return { body: JSON.stringify(fields), headers: { 'content-type': 'application/json' } }
  const pairs = [...pairsOf(fields)]
  if (as === 'multipart') return multipart(pairs)
  const text = new URLSearchParams(
    pairs.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  if (as === 'query') return text === '' ? {} : { query: text }
  return { body: text, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
}

/** As Rails names them: `a[]` for lists, `a[k]` for tables. */
function* pairsOf(value: unknown, name = ''): Generator<readonly [string, unknown]> {
  if (value === undefined) return
  if (Array.isArray(value)) for (const each of value) yield* pairsOf(each, `${name}[]`)
  else if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array))
    for (const [key, each] of Object.entries(value))
      yield* pairsOf(each, name === '' ? key : `${name}[${key}]`)
  else yield [name, value ?? '']
}

function multipart(pairs: readonly (readonly [string, unknown])[]): Packed {
  const border = 'border-of-the-tests'
  const parts = pairs.flatMap(([name, value]) => {
    const isFile = value instanceof Uint8Array
    const head = `--${border}\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="file"\r\nContent-Type: application/octet-stream' : ''}\r\n\r\n`
    return [Buffer.from(head), isFile ? Buffer.from(value) : Buffer.from(String(value)), Buffer.from('\r\n')]
  })
  return {
    body: Buffer.concat([...parts, Buffer.from(`--${border}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${border}` },
  }
}

function linksIn(header: string | string[] | undefined): ApiReply['links'] {
  const links = [...String(header ?? '').matchAll(/<([^>]+)>; rel="(next|prev)"/g)]
  return Object.fromEntries(
    links.map(([, url = '', rel = '']) => {
      const { pathname, search } = new URL(url)
      return [rel, pathname + search]
    }),
  )
}
