import { refuse } from '../../../base/refusal.ts'
import { vendoredTerms } from '../../../federation/loader.ts'
import { isObject, type Json, type JsonObject, listOf } from '../../../translate/json.ts'

const ACTIVITY_STREAMS = 'https://www.w3.org/ns/activitystreams'
const AS = `${ACTIVITY_STREAMS}#`
const SEC = 'https://w3id.org/security#'
const LDP = 'http://www.w3.org/ns/ldp#'
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'

/** What is read without a look at who wrote it: contexts that say the same to everybody, and rename nothing. */
const KNOWN = new Set([
  ACTIVITY_STREAMS,
  'http://www.w3.org/ns/activitystreams',
  'https://web-payments.org/contexts/security-v1.jsonld',
  'https://w3id.org/did/v1',
  'http://joinmastodon.org/ns',
  'https://docs.joinmastodon.org/ns',
  'http://litepub.social/ns',
  'http://litepub.social/litepub/context.jsonld',
  'https://misskey-hub.net/ns',
  'https://gotosocial.org/ns',
  'https://join-lemmy.org/context.json',
  'https://joinpeertube.org/ns',
  'https://funkwhale.audio/ns',
  'https://purl.archive.org/miscellany',
])
/** Each is given out by those who look after all below it. */
const KNOWN_BELOW =
  /^https:\/\/(?:w3id\.org\/(?:security|fep)|www\.w3\.org\/ns|purl\.archive\.org\/socialweb)(?:\/\w[\w.-]*)+$/

/** Their terms mean something to other servers, so that each has its own name and no other. */
const NAMESPACES = [
  AS,
  SEC,
  LDP,
  RDF,
  'https://w3id.org/fep/',
  'http://joinmastodon.org/ns#',
  'https://gotosocial.org/ns#',
  'http://litepub.social/ns#',
  'https://misskey-hub.net/ns#',
]
/** The three that decide who did what to what have only their usual prefix, too. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['as', AS],
  ['sec', SEC],
  ['ldp', LDP],
])
/** What some write without saying what it stands for. */
const USUAL: ReadonlyMap<string, string> = new Map([
  ...PREFIXES,
  ['xsd', 'http://www.w3.org/2001/XMLSchema#'],
  ['vcard', 'http://www.w3.org/2006/vcard/ns#'],
  ['rdf', RDF],
])
/** Addresses with a colon that is not the one of a prefix. */
const ABSOLUTE = /^(?:https?:\/\/|(?:urn|tag|did|ni):)/i
const PARTS = new Set(['@id', '@type', '@container', '@language', '@prefix'])
const CONTAINERS = new Set(['@list', '@set', '@language', '@index'])
const MOST_STEPS = 5

interface Meaning {
  readonly id: string
  readonly type: string
  readonly container: string
}
type Terms = ReadonlyMap<string, Json>

/**
 * What is posted is served and signed as the server's word, and a reader of JSON-LD takes it as its contexts have it.
 * So these may add names of their own for meanings of their own, and do nothing else: an app that may say something must
 * not have it read as a Follow, a Move, or somebody's consent.
 * @throws Refusal 'request.invalid' with the reason
 */
export function checkContexts(json: Json): void {
  const contexts: JsonObject[] = []
  const types: string[] = []
  const names = new Set<string>()
  collect(json, contexts, types, names)
  const terms = new Map<string, Json>()
  for (const context of contexts)
    for (const [term, definition] of Object.entries(context)) add(terms, term, definition)
  for (const [term, definition] of terms) if (!term.startsWith('@')) checkTerm(terms, term, definition)
  for (const type of types) {
    const meant = expand(terms, type)
    if (!meant.startsWith(AS) && isTheirs(meant)) no(`the type ${shown(type)} has a short name`)
  }
  for (const name of names)
    if (expand(terms, name) === `${RDF}type`) no(`${shown(name)} is another name for a type`)
}

/** All contexts that are written out, wherever they stand, and all types and names that are not short ones. */
function collect(value: Json | undefined, contexts: JsonObject[], types: string[], names: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, contexts, types, names)
  if (!isObject(value)) return
  for (const [name, member] of Object.entries(value)) {
    if (name === '@context') contexts.push(...contextsIn(member))
    else collect(member, contexts, types, names)
    if (name.includes(':')) names.add(name)
    if (name === 'type' || name === '@type')
      for (const type of listOf(member)) if (typeof type === 'string' && type.includes(':')) types.push(type)
  }
}

function contextsIn(value: Json | undefined): JsonObject[] {
  return (Array.isArray(value) ? value : [value]).flatMap((context: Json | undefined) => {
    if (isObject(context)) return [context]
    if (typeof context !== 'string') return no('a context is an address or an object')
    if (!KNOWN.has(context) && !KNOWN_BELOW.test(context))
      no(`the context ${shown(context)} is not known here: write out which terms it has`)
    return []
  })
}

function add(terms: Map<string, Json>, term: string, definition: Json | undefined): void {
  if (definition === undefined) return
  const known = terms.get(term)
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition))
    no(`a context defines ${shown(term)} twice`)
  if (term === '@language' && (typeof definition === 'string' || definition === null)) return
  if (term === '@version' && definition === 1.1) return
  if (term === '' || /[@:/#]/.test(term)) no(`a context says something of ${shown(term)}`)
  terms.set(term, definition)
}

function checkTerm(terms: Terms, term: string, definition: Json): void {
  const usual = usualMeanings().get(term)
  if (definition === null) {
    if (usual) no(`a context takes away ${term}`)
    return
  }
  const meaning = meaningOf(terms, term, definition)
  if (usual) {
    if (JSON.stringify(usual) !== JSON.stringify(meaning)) no(`a context redefines ${term}`)
    return
  }
  if (KEYWORDS.has(meaning.id)) no(`a context has another name for ${meaning.id}`)
  const prefix = PREFIXES.get(term)
  if (prefix !== undefined && meaning.id !== prefix) no(`a context redefines ${term}`)
  const isPrefixOfTheirs = [...PREFIXES.values()].some((namespace) => namespace.startsWith(meaning.id))
  if (isPrefixOfTheirs && prefix === undefined) no(`a context has another name for ${shown(meaning.id)}`)
  if (isTheirs(meaning.id) && localIn(meaning.id) !== '' && localIn(meaning.id) !== term)
    no(`a context calls ${shown(meaning.id)} by another name`)
}

/** Something within a namespace that others rely on. */
const isTheirs = (iri: string) => NAMESPACES.some((namespace) => iri.startsWith(namespace))
const localIn = (iri: string) => iri.slice(Math.max(iri.lastIndexOf('#'), iri.lastIndexOf('/')) + 1)

function meaningOf(terms: Terms, term: string, definition: Json): Meaning {
  if (typeof definition === 'string') return { id: expand(terms, definition), type: '', container: '' }
  if (!isObject(definition)) return no(`a context does not say what ${shown(term)} is`)
  const wrong = Object.keys(definition).find((part) => !PARTS.has(part))
  if (wrong !== undefined) no(`a context says ${shown(wrong)} of ${shown(term)}`)
  const { '@id': id, '@type': type = '', '@container': container = '' } = definition
  if (typeof id !== 'string' || typeof type !== 'string')
    return no(`a context does not say what ${shown(term)} is`)
  const containers = listOf(container === '' ? [] : container)
  if (containers.some((one) => typeof one !== 'string' || !CONTAINERS.has(one)))
    no(`a context says @container of ${shown(term)}`)
  return {
    id: expand(terms, id),
    type: type === '' || type.startsWith('@') ? type : expand(terms, type),
    container: containers.join(' '),
  }
}

/** The whole address that something stands for; keywords stay. */
function expand(terms: Terms, text: string, steps = 0): string {
  if (steps > MOST_STEPS) return no('the terms of a context go round in a circle')
  if (ABSOLUTE.test(text) || KEYWORDS.has(text)) return text
  const colon = text.indexOf(':')
  if (colon === -1)
    return expandTerm(terms, text, steps) ?? no(`a context leads to ${shown(text)}, which is no address`)
  const prefix = text.slice(0, colon)
  const start = expandTerm(terms, prefix, steps)
  return start === undefined ? text : start + text.slice(colon + 1)
}

const KEYWORDS = new Set(['@id', '@type'])

function expandTerm(terms: Terms, term: string, steps: number): string | undefined {
  const definition = terms.get(term)
  const id = isObject(definition) ? definition['@id'] : definition
  if (typeof id === 'string') return expand(terms, id, steps + 1)
  return USUAL.get(term) ?? usualMeanings().get(term)?.id
}

let usual: ReadonlyMap<string, Meaning> | undefined

/** What the terms of ActivityStreams, and those by which keys and signatures are named, mean to everybody. */
function usualMeanings(): ReadonlyMap<string, Meaning> {
  usual ??= new Map(
    [
      ['https://w3id.org/security/multikey/v1', SEC],
      ['https://w3id.org/security/data-integrity/v2', SEC],
      ['https://w3id.org/security/v1', SEC],
      [ACTIVITY_STREAMS, ''],
    ].flatMap(([address = '', within = '']) => termsAt(address, within)),
  )
  return usual
}

function termsAt(address: string, within: string): (readonly [string, Meaning])[] {
  const terms = new Map(Object.entries(vendoredTerms(address)))
  const whole = (text: string): string => {
    const [prefix = '', rest] = text.split(':', 2)
    if (rest === undefined || rest.startsWith('//') || text.startsWith('@')) return text
    const start = terms.get(prefix) ?? USUAL.get(prefix)
    return typeof start === 'string' ? start + rest : text
  }
  return [...terms].flatMap(([term, definition]) => {
    const {
      '@id': id,
      '@type': type = '',
      '@container': container = '',
    } = isObject(definition as Json) ? (definition as JsonObject) : { '@id': definition as Json }
    if (term.startsWith('@') || typeof id !== 'string' || !whole(id).startsWith(within)) return []
    const meaning = { id: whole(id), type: whole(String(type)), container: String(container) }
    return [[term, meaning] as const]
  })
}

const shown = (text: string) => text.slice(0, 100)

function no(reason: string): never {
  return refuse('request.invalid', { reason })
}
