import type { ActivityId } from '../../../base/ids.ts'
import type { Visibility } from '../../../base/visibility.ts'
import type { Tx } from '../../../db/transact.ts'
import type { Account, LocalAccount } from '../../../domain/accounts/account.ts'
import type { KnownPost } from '../../../domain/posts/find.ts'
import type { World } from '../../../domain/world.ts'
import type { JsonObject } from '../../../translate/json.ts'
import type { Bearer } from '../../http/auth.ts'
import type { ClientParts } from '../client-parts.ts'
import type { Pictures } from './pictures.ts'

/** Whom an activity is for, once every address is understood. */
export interface Addressing {
  /** `direct` and nobody named: for its author alone */
  readonly visibility: Visibility
  /** the two that are no accounts, wherever they were written */
  readonly public: boolean
  readonly followers: boolean
  /** accounts, each in one of these at most */
  readonly to: readonly Account[]
  readonly cc: readonly Account[]
  readonly bto: readonly Account[]
  readonly bcc: readonly Account[]
  /** the addresses that everybody may see, in one spelling each */
  readonly shown: { readonly to: readonly string[]; readonly cc: readonly string[] }
}

/** What was found out at other servers before the transaction, by id. */
export interface Known {
  readonly accounts: ReadonlyMap<string, Account>
  readonly posts: ReadonlyMap<string, KnownPost>
  /** made for a profile, and used nowhere yet */
  readonly pictures?: Pictures
}

/** What somebody's app wants to do, before anything is looked up or written. */
export interface Asking {
  readonly parts: ClientParts
  readonly actor: LocalAccount
  readonly bearer: Bearer
  /** by which it is handled: the first of its types that we know, or `Activity` */
  readonly type: string
  /** with its actor, and without addresses and what only the server may say */
  readonly activity: JsonObject
  readonly reply: { readonly inReplyTo: string | null }
}

/** One activity of somebody here, read, checked and addressed, about to take effect; `world` is bound to the transaction and knows no network. */
export interface Posting extends Omit<Asking, 'parts' | 'reply'> {
  readonly world: World
  readonly tx: Tx
  /** the id that it is to have, unless what it does has one of its own */
  readonly id: ActivityId
  readonly audience: Addressing
  readonly known: Known
}

/** What came of it: the activity as which it is kept. */
export interface Posted {
  readonly activityId: ActivityId
}

/** What one type of activity does. */
export interface OutboxHandler {
  /** one account does these one after the other */
  readonly inTurn?: boolean
  /** @throws Refusal 'token.scope' when the app may not do that; `scopes.ts` has what it takes */
  authorise(asking: Asking): void | Promise<void>
  /** Asks other servers for what is not known yet; whoever cannot be reached is no stumble. */
  prepare?(asking: Asking): Promise<Partial<Known>>
  /** Lets go of what was prepared, since nothing came of it. */
  release?(asking: Asking, known: Partial<Known>): Promise<void>
  /** Does it, in the transaction, and says which activity it was kept as. */
  run(posting: Posting): Promise<Posted>
}
