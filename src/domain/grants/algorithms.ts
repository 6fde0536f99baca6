/** What a DPoP proof may be signed with (RFC 9449 §7.1). Ed25519 goes by two names (RFC 9864). */
export const DPOP_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256'] as const

/** What an app may sign with to prove who it is (RFC 7523). */
export const ASSERTION_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'] as const
