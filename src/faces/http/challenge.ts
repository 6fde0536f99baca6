import { DPOP_ALGORITHMS } from '../../domain/grants/algorithms.ts'
import type { Details, Entry } from './sentences/entry.ts'

/**
 * WWW-Authenticate, by which a client learns where to get a token and what is wrong with the one it has (RFC 6750 §3,
 * RFC 9728 §5.1). Without credentials it names no error. `details.scheme` says which scheme was used, `details.scope`
 * what is missing.
 * @param resource the address that was asked for
 */
export function challengeFor(challenge: Entry['challenge'], details: Details, resource: URL): string {
  // A token in an address is nobody's to repeat.
  const query = resource.searchParams.has('access_token') ? '' : resource.search
  const metadata = `${resource.origin}/.well-known/oauth-protected-resource${resource.pathname}${query}`
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
