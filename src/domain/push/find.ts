import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import type { World } from '../world.ts'
import type { PushSubscription } from './subscription.ts'

/** What the app with that token wants to be told. */
export async function findSubscription(db: Db, tokenHash: Buffer): Promise<PushSubscription | undefined> {
  return db
    .selectFrom('push_subscription')
    .select(['id', 'endpoint', 'standard', 'alerts', 'policy'])
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
}

/** All that it takes to tell an app something. */
export interface Pushing {
  readonly id: number
  readonly accountId: AccountId
  readonly tokenHash: Buffer
  readonly endpoint: string
  readonly standard: boolean
  readonly p256dh: Buffer
  readonly sealed: Buffer
  /** the language of its account; null: unknown */
  readonly language: string | null
  readonly failures: number
}

const findHolding = statement(
  'push.subscription',
  `SELECT wish.id, wish.account_id AS "accountId", wish.token_hash AS "tokenHash", wish.endpoint, wish.standard,
     wish.p256dh, wish.sealed, usual.language, wish.failures
   FROM push_subscription AS wish
   JOIN grant_token AS token ON token.token_hash = wish.token_hash
   JOIN client_grant AS held ON held.id = token.grant_id
   JOIN login ON login.account_id = wish.account_id
   JOIN account ON account.id = wish.account_id
   JOIN notification AS told ON told.owner_id = wish.account_id AND told.id = $2 AND told.kind = ANY (wish.alerts)
   LEFT JOIN posting_default AS usual ON usual.account_id = wish.account_id
   WHERE wish.id = $1 AND wish.policy <> 'none'
     AND (token.expires_at IS NULL OR token.expires_at > $3)
     AND held.revoked_at IS NULL AND (held.expires_at IS NULL OR held.expires_at > $3)
     AND login.disabled_at IS NULL AND account.suspended_at IS NULL AND account.deleted_at IS NULL`,
)

/**
 * A subscription, if it is still to be told of that: its token holds, its account may sign in, and the notification is
 * there and of a kind that is wanted.
 */
export async function findPushing(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  id: number,
  noticeId: string,
): Promise<Pushing | undefined> {
  const [row] = await findHolding<Pushing>(db, [id, noticeId, clock.now()])
  return row
}
