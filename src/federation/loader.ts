import { readFileSync } from 'node:fs'
import type { DocumentLoader } from '@fedify/fedify'

/** Contexts that we emit or meet, by every address under which they are known. */
const vendored = new Map(
  Object.entries({
    'https://www.w3.org/ns/activitystreams': 'activitystreams',
    'http://www.w3.org/ns/activitystreams': 'activitystreams',
    'https://w3id.org/security/v1': 'security-v1',
    'https://web-payments.org/contexts/security-v1.jsonld': 'security-v1',
    'https://w3id.org/security/data-integrity/v1': 'data-integrity-v1',
    'https://w3id.org/security/data-integrity/v2': 'data-integrity-v2',
    'https://w3id.org/security/multikey/v1': 'multikey-v1',
    'https://www.w3.org/ns/did/v1': 'did-v1',
    'https://w3id.org/did/v1': 'did-v1',
    'https://www.w3.org/ns/cid/v1': 'cid-v1',
    'https://w3id.org/identity/v1': 'identity-v1',
    'https://web-payments.org/contexts/identity-v1.jsonld': 'identity-v1',
    'http://schema.org': 'schema-org',
    'http://schema.org/': 'schema-org',
    'https://schema.org': 'schema-org',
    'https://schema.org/': 'schema-org',
    'http://joinmastodon.org/ns': 'mastodon',
    'https://docs.joinmastodon.org/ns': 'mastodon',
    'http://litepub.social/ns': 'litepub',
    'http://litepub.social/litepub/context.jsonld': 'litepub',
    'https://misskey-hub.net/ns': 'misskey',
    'https://gotosocial.org/ns': 'gotosocial',
    'https://join-lemmy.org/context.json': 'lemmy',
    'https://joinpeertube.org/ns': 'peertube',
    'https://funkwhale.audio/ns': 'funkwhale',
    'https://purl.archive.org/socialweb/webfinger': 'webfinger',
    'https://purl.archive.org/miscellany': 'miscellany',
    'https://w3id.org/fep/5711': 'fep-5711',
    'https://w3id.org/fep/ef61': 'fep-ef61',
  }),
)
/** Every Pleroma and Akkoma serves the same context from its own host. */
const LITEPUB = /^https?:\/\/[^/]+\/schemas\/litepub-0\.1\.jsonld$/

const NOTHING = Object.freeze({ '@context': Object.freeze({}) })
const read = new Map<string, unknown>()

/**
 * Gives the JSON-LD contexts that are vendored here, and an empty one for every other address. It never asks the
 * network: whoever wrote a document must not choose what we fetch, and a context host that is down must not stop us
 * from reading one.
 */
export const loadContext: DocumentLoader = async (url) => {
  const name = vendored.get(url.replace(/#.*$/, '')) ?? (LITEPUB.test(url) ? 'litepub' : undefined)
  return { contextUrl: null, documentUrl: url, document: name === undefined ? NOTHING : contextNamed(name) }
}

/**
 * The same for what is signed: a context that is not vendored cannot be put in its place, for what was signed would mean
 * something else.
 * @throws Error for any other address
 */
export const knownContext: DocumentLoader = async (url) => {
  const found = await loadContext(url)
  if (found.document === NOTHING) throw new Error(`the context ${url.slice(0, 200)} is not known here`)
  return found
}

/** The terms of a context that is vendored here, as they stand in it. */
export function vendoredTerms(url: string): Readonly<Record<string, unknown>> {
  const name = vendored.get(url)
  if (name === undefined) throw new Error(`the context ${url} is not known here`)
  const { '@context': context } = contextNamed(name) as { '@context': unknown }
  return Object.assign({}, ...[context].flat().filter((part) => typeof part === 'object'))
}

/** What the document loader asks of the guarded fetcher (`remote/fetch.ts`): JSON from another server, or it throws. */
export interface GuardedFetcher {
  /** @returns the document and the address that it came from after redirects */
  json(url: string): Promise<{ readonly url: string; readonly document: unknown }>
}

/** A loader of remote documents that goes through the guarded fetcher and nowhere else; vendored contexts come from here. */
export function documentLoader(fetcher: GuardedFetcher): DocumentLoader {
  return async (url) => {
    if (vendored.has(url)) return loadContext(url)
    const fetched = await fetcher.json(url)
    return { contextUrl: null, documentUrl: fetched.url, document: fetched.document }
  }
}

function contextNamed(name: string): unknown {
  const known = read.get(name)
  if (known !== undefined) return known
  const document: unknown = JSON.parse(
    readFileSync(new URL(`./contexts/${name}.json`, import.meta.url), 'utf8'),
  )
  read.set(name, document)
  return document
}
