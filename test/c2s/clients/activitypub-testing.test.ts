import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { activityPubTestCases } from 'activitypub-testing/test-cases'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startWeft, type Weft } from '../../support/weft.ts'

/*
 * activitypub-testing 0.16, test cases of others' making, against a running server: all 15 of them apply and pass. Given no
 * more than an actor, as its command line runs them, these do not apply, each for a reason that lies with the case:
 *
 * - likes-… and shares-collection-must-be-a-collection look at the object that they are given, and an actor has neither
 *   list: they are given a Note.
 * - inbox-must-be-an-orderedcollection reads the inbox without a token, and an inbox is its owner's alone: it is given the
 *   inbox as its owner reads it.
 * - post-outbox-server-overwrites-id-property and outbox-post-server-adds-to-outbox-… send JSON as text/plain, which is
 *   answered with 415 (c2s.md b2): their requests get the media type that ActivityPub demands.
 * - whatever posts does not apply without a token.
 */

type Json = Record<string, unknown>
type Outcome = 'passed' | 'inapplicable' | 'cantTell'

let weft: Weft
let actor: Json
let note: string
let authorization: string

const AS2 = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
const realFetch = globalThis.fetch

beforeAll(async () => {
  weft = await startWeft()
  const [made] = await weft.cli('account', 'create', 'mira')
  actor = await weft.getJson(String(made?.actor))
  const [token] = await weft.cli('token', 'create', 'mira')
  authorization = `Bearer ${token?.accessToken}`
  const posted = await fetch(String(actor.outbox), {
    method: 'POST',
    headers: { authorization, 'content-type': AS2 },
    body: JSON.stringify({ type: 'Note', content: 'Two herons', to: ['as:Public'] }),
  })
  note = String(((await posted.json()) as { object: Json }).object.id)
}, 60_000)
afterAll(async () => weft?.stop())
afterEach(() => vi.unstubAllGlobals())

const ofActor = () => ({ object: JSON.stringify(actor), actor: JSON.stringify(actor) })
const posting = () => ({ outbox: String(actor.outbox), authorization, time: 'T30S' })
const ofNote = async () => ({ object: JSON.stringify(await weft.getJson(note)) })

const cases: Readonly<Record<string, () => object | Promise<object>>> = {
  'actor-objects-must-have-inbox-outbox-properties': ofActor,
  'actor-must-serve-as2-object-to-get': () => ({ id: String(actor.id), time: 'T30S' }),
  'inbox-must-be-an-orderedcollection': async () => {
    const inbox = await fetch(String(actor.inbox), { headers: { accept: AS2, authorization } })
    return { object: JSON.stringify({ ...actor, inbox: await inbox.json() }), time: 'T30S' }
  },
  'outbox-must-be-an-orderedcollection': () => ({ ...ofActor(), time: 'T30S' }),
  'shares-collection-must-be-a-collection': ofNote,
  'likes-collection-must-be-a-collection': ofNote,
  'liked-collection-must-be-a-collection': ofActor,
  'followers-collection-must-be-a-collection': ofActor,
  'following-collection-must-be-a-collection': ofActor,
  'outbox-post-servers-must-return-a-201-created-http-code': posting,
  'outbox-post-must-accept-non-activity-object': posting,
  'outbox-wraps-object-with-create-checked-using-get-location': posting,
  'post-outbox-server-overwrites-id-property': posting,
  'outbox-post-server-adds-to-outbox-collection-checked-by-outbox-get': posting,
  'create-then-update-modifies-object-checked-by-get': posting,
}

test('the cases that there are are all known here', () => {
  expect([...activityPubTestCases].map(({ slug }) => slug).sort()).toEqual(Object.keys(cases).sort())
})

test.each(Object.entries(cases))(
  '%s: passed',
  async (slug, inputs) => {
    vi.stubGlobal('fetch', asActivityPub)
    const result = await activityPubTestCases.select({ slug })?.run(await inputs())
    expect(result).toMatchObject({ outcome: 'passed' })
  },
  30_000,
)

/** With the media type that ActivityPub §6 demands, where a case sends none of its own. */
function asActivityPub(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  if (typeof init.body !== 'string' || headers.has('content-type')) return realFetch(input, init)
  headers.set('content-type', AS2)
  return realFetch(input, { ...init, headers })
}

describe('the command line, given an actor', () => {
  const outcomes: Readonly<Record<string, Outcome>> = {
    'likes-collection-must-be-a-collection': 'inapplicable',
    'shares-collection-must-be-a-collection': 'inapplicable',
    'inbox-must-be-an-orderedcollection': 'inapplicable',
    // without a token
    'outbox-post-servers-must-return-a-201-created-http-code': 'cantTell',
    'outbox-post-must-accept-non-activity-object': 'cantTell',
    'outbox-wraps-object-with-create-checked-using-get-location': 'inapplicable',
    'post-outbox-server-overwrites-id-property': 'inapplicable',
    'outbox-post-server-adds-to-outbox-collection-checked-by-outbox-get': 'inapplicable',
    'create-then-update-modifies-object-checked-by-get': 'inapplicable',
  }

  test('says that nothing has failed, and what applies has passed', async () => {
    const got = await commandLine('test', 'actor', String(actor.id))
    expect(Object.fromEntries(got.map(({ test, result }) => [test.slug, result.outcome]))).toEqual(
      Object.fromEntries(Object.keys(cases).map((slug) => [slug, outcomes[slug] ?? 'passed'])),
    )
  }, 60_000)
})

interface Assertion {
  readonly test: { readonly slug: string }
  readonly result: { readonly outcome: string }
}

async function commandLine(...args: readonly string[]): Promise<Assertion[]> {
  const main = createRequire(import.meta.url).resolve('activitypub-testing')
  const child = spawn(process.execPath, [join(dirname(main), 'cli.js'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  await once(child, 'close')
  return out
    .split('\n')
    .map((line) => line.slice(line.indexOf('{')))
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Assertion)
}
