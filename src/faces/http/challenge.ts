import { DPOP_ALGORITHMS } from '../../domain/grants/algorithms.ts'
import type { Details, Entry } from './sentences/entry.ts'

/** Longer than any address here: what stands in a header is not for whoever asks to fill. */
const LONGEST_PATH = 512
/** A page of a list, whose address a careful app compares with the one that it asked for (RFC 9728 §3.3). */
const PAGE = /^\?cursor=\w{1,40}$/

/**
 * WWW-Authenticate, by which a client learns where to get a token and what is wrong with the one it has (RFC 6750 §3,
 * RFC 9728 §5.1). Without credentials it names no error. `details.scheme` says which scheme was used, `details.scope`
 * what is missing.
 * The metadata is that of the address that was asked for, without its query but for a page: a token or a secret in an
 * address is nobody's to repeat.
 * @param resource the address that was asked for
 */
export function challengeFor(challenge: Entry['challenge'], details: Details, resource: URL): string {
  const query = PAGE.test(resource.search) ? resource.search : ''
  const path = resource.pathname.length > LONGEST_PATH ? '' : resource.pathname + query
  const metadata = `${resource.origin}/.well-known/oauth-protected-resource${path}`
  const error = challenge === undefined || challenge === 'missing' ? {} : { error: challenge }
  const scope = details.scope === undefined ? {} : { scope: String(details.scope) }
  const where = { resource_metadata: metadata }
  const byDpop = details.scheme === 'DPoP'
  const bearer = scheme('Bearer', { ...where, ...(byDpop ? {} : { ...error, ...scope }) })
  const dpop = scheme('DPoP', { algs: DPOP_ALGORITHMS.join(' '), ...(byDpop ? { ...error, ...scope } : {}) })
  return byDpop ? `${dpop}, ${bearer}` : `${bearer}, ${dpop}`
}

function scheme(name: string, parameters: Readonly<Record<string, string>>): string {
  const told = Object.entries(parameters).map(([key, value]) => `${key}="${value.replace(/[\\"]/g, '')}"`)
  return `${name} ${told.join(', ')}`
}
