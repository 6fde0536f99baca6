import { refuse } from '../../../base/refusal.ts'
import { type Act, allows, mayAddress, mayReact, type Need } from '../../../domain/grants/scopes.ts'
import type { Bearer } from '../../http/auth.ts'
import type { Addressing, Asking } from './posting.ts'

/** @throws Refusal 'token.scope' */
export function requireScope({ scopes }: Bearer, need: Need): void {
  if (!allows(scopes, need))
    refuse('token.scope', { scope: typeof need === 'string' ? need : (need[0] ?? '') })
}

/**
 * What is done to something of somebody's: by the scope of the act, or by one limited to what is here or to what is at
 * the app's own home.
 * @throws Refusal 'token.scope'
 */
export function requireReaction({ parts, bearer }: Asking, act: Act, objectUri: string): void {
  const { origin } = parts.world.uris
  const allowed = mayReact(bearer.scopes, { act, objectUri, clientId: bearer.clientId, origin })
  if (!allowed) refuse('token.scope', { scope: act })
}

/**
 * An app that was told whom it may address addresses nobody else.
 * @throws Refusal 'token.scope'
 */
export function requireAddressing({ scopes }: Bearer, audience: Addressing): void {
  const { to, cc, bto, bcc, followers } = audience
  const actors = to.length + cc.length + bto.length + bcc.length > 0
  if (mayAddress(scopes, { public: audience.public, followers, actors })) return
  refuse('token.scope', {
    scope: audience.public ? 'addresspublic' : followers ? 'addressfollowers' : 'addressactor',
  })
}
