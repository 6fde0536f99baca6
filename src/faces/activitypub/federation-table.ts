import { accounts } from './federation-rows/accounts.ts'
import { content } from './federation-rows/content.ts'
import { conversations } from './federation-rows/conversations.ts'
import { discovery } from './federation-rows/discovery.ts'
import { lifecycle } from './federation-rows/lifecycle.ts'
import { moderation } from './federation-rows/moderation.ts'
import { quotes } from './federation-rows/quotes.ts'
import { reactions } from './federation-rows/reactions.ts'
import type { FederationRow } from './federation-rows/row.ts'
import { trust } from './federation-rows/trust.ts'

/**
 * Everything that Weft reads from and says to the network, with the test that proves each: FEDERATION.md is made of it
 * (`npm run federation`), and a test fails where the two differ or a proof does not exist.
 */
export const federationTable: Readonly<Record<string, readonly FederationRow[]>> = {
  'Discovery and identity': discovery,
  'Transport and trust': trust,
  Content: content,
  'Boosts, likes, reactions': reactions,
  'Quotes and interaction policies': quotes,
  'Conversations and history': conversations,
  Accounts: [...accounts, ...lifecycle],
  'Moderation and privacy': moderation,
}
