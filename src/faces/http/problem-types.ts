/** The problems that FEP-c180 names, with the title that it gives each. */
const named = {
  'unsupported-type': 'Unsupported type',
  'object-does-not-exist': 'Object does not exist',
  'duplicate-delivery': 'Duplicate delivery',
  'redundant-activity': 'Redundant activity',
  'not-an-actor': 'Not an actor',
  'principal-actor-mismatch': 'Principal-actor mismatch',
  'actor-not-authorized': 'Actor not authorized',
  'principal-not-authorized': 'Principal not authorized',
  'client-not-authorized': 'Client not authorized',
  'unsupported-media-type': 'Unsupported media type',
  'media-too-large': 'Media too large',
  'no-applicable-addressees': 'No applicable addressees',
  'rate-limit-exceeded': 'Rate limit exceeded',
} as const
export type ProblemName = keyof typeof named

const NAMESPACE = 'https://w3id.org/fep/c180#'
/** The task force's draft on finding actors as one types. */
const MINIMUM_CHARS = 'https://swicg.github.io/activitypub-api/autocomplete#minimumChars'

/** The address of a problem that FEP-c180 names: the `type` of a sentence entry. */
export function problemType(name: ProblemName | 'minimumChars'): string {
  return name === 'minimumChars' ? MINIMUM_CHARS : NAMESPACE + name
}

/** The title that belongs to such an address; one that is not known has none. */
export function titleOf(type: string): string | undefined {
  if (type === MINIMUM_CHARS) return 'Too few characters'
  return type.startsWith(NAMESPACE) ? named[type.slice(NAMESPACE.length) as ProblemName] : undefined
}
