import { createHash, randomBytes } from 'node:crypto'
import { createClientReader } from '../../src/remote/client-documents.ts'
import { hiddenFields, type Seen, startSite } from '../faces/pages/site.ts'
import { movableClock } from '../support/clock.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { type Peer, startPeer } from '../support/peer.ts'
import { remoteParts } from '../support/remote.ts'

export const ORIGIN = 'https://weft.test'
export const APP = 'https://app.test/client.json'
export const BACK = 'https://app.test/back'

/**
 * The pages of a server, and apps elsewhere that publish what they are.
 * @param origin as it is known; empty for where it really is, as browsers need it
 */
export async function startConsent(origin = ORIGIN) {
  const database: TestDatabase = await testDatabase()
  const peer: Peer = await startPeer({ tls: true })
  const clock = movableClock(new Date('2026-11-20T12:00:00.000Z'))
  const { dispatcher, uris } = remoteParts(peer, ['app.test', 'other.test'])
  const clients = createClientReader({ dispatcher, uris, clock })
  const site = await startSite({ db: database.db, clients, ...(origin !== '' && { origin }) })
  const publish = (document: Record<string, unknown> = {}, address = APP) =>
    peer.answer(address, {
      type: 'application/json',
      headers: { 'cache-control': 'max-age=300' },
      body: { client_id: address, client_name: 'Threadbare', redirect_uris: [BACK], ...document },
    })
  publish()
  return {
    ...site,
    db: database.db,
    peer,
    publish,
    /** lets time pass for the server and for what it knows of apps */
    advance(ms: number) {
      clock.advance(ms)
      site.clock.advance(ms)
    },
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await peer.stop()
      await database[Symbol.asyncDispose]()
    },
  }
}

export type ConsentSite = Awaited<ReturnType<typeof startConsent>>

export const VERIFIER = randomBytes(32).toString('base64url')
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

const USUAL = {
  client_id: APP,
  redirect_uri: BACK,
  response_type: 'code',
  scope: 'read write',
  state: 'a state & more',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

/** What an app asks; undefined leaves a parameter out. */
export function asking(more: Readonly<Record<string, string | undefined>> = {}): string {
  const entries = Object.entries({ ...USUAL, ...more })
  const query = new URLSearchParams(entries.filter((each): each is [string, string] => each[1] !== undefined))
  return `/oauth/authorize?${query}`
}

export const locationOf = ({ headers }: Pick<Seen, 'headers'>): string => headers.get('location') ?? ''

/** What a redirect tells the app; fails when it goes elsewhere. */
export function toldTo(back: string, reply: Pick<Seen, 'status' | 'headers'>): Record<string, string> {
  const location = locationOf(reply)
  if (reply.status !== 303 || !location.startsWith(`${back}?`))
    throw new Error(`no answer to ${back} but ${reply.status} ${location}`)
  return Object.fromEntries(new URLSearchParams(location.slice(back.length + 1)))
}

type Visitor = ReturnType<ConsentSite['visitor']>

/** Goes to the page that asks, as a browser does. */
export async function open(visitor: Visitor, address = asking()): Promise<{ path: string; page: Seen }> {
  const kept = await visitor.get(address)
  const path = locationOf(kept)
  if (kept.status !== 303 || !/^\/oauth\/authorize\/[\w-]{43}$/.test(path))
    throw new Error(`not asked: ${kept.status} ${path} ${kept.body}`)
  return { path, page: await visitor.get(path) }
}

/** Sends the form on that page, every box as it is. */
export async function answer(
  visitor: Visitor,
  { path, page }: { readonly path: string; readonly page: Seen },
  decision: 'allow' | 'deny' = 'allow',
  change: Readonly<Record<string, string | undefined>> = {},
  headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
): Promise<Seen> {
  const boxes = [...page.body.matchAll(/<input type="checkbox" name="(allow-\d+)"/g)].map(([, name = '']) => [
    name,
    'on',
  ])
  const fields = { ...hiddenFields(page.body, path), ...Object.fromEntries(boxes), decision, ...change }
  const sent = Object.entries(fields).filter((each): each is [string, string] => each[1] !== undefined)
  return visitor.post(path, Object.fromEntries(sent), headers)
}
