import { sql } from 'kysely'
import type { AccountId, GrantId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'

/** An app that somebody has let in, however often. */
export interface AppView {
  readonly clientId: string
  readonly name: string
  /** what it may do, each sign-in of it for itself */
  readonly scopes: readonly string[]
  readonly since: Date
  readonly usedAt: Date
  readonly grantIds: readonly GrantId[]
}

/** The apps that have access to an account, the one used last first. */
export async function listApps(db: Db, accountId: AccountId, now: Date): Promise<readonly AppView[]> {
  return db
    .selectFrom('client_grant as held')
    .innerJoin('client', 'client.id', 'held.client_id')
    .select((eb) => [
      'client.id as clientId',
      'client.name',
      eb.fn.min<Date>('held.created_at').as('since'),
      eb.fn.max<Date>('held.used_at').as('usedAt'),
      sql<string[]>`array_agg(held.scopes ORDER BY held.id)`.as('scopes'),
      sql<GrantId[]>`array_agg(held.id::text ORDER BY held.id)`.as('grantIds'),
    ])
    .where('held.account_id', '=', accountId)
    .where('held.revoked_at', 'is', null)
    .where((eb) => eb.or([eb('held.expires_at', 'is', null), eb('held.expires_at', '>', now)]))
    .groupBy('client.id')
    .orderBy('usedAt', 'desc')
    .orderBy('client.id')
    .limit(500)
    .execute()
}

/** When somebody last let an app in; undefined when they never have. */
export async function lastLetIn(db: Db, accountId: AccountId, clientId: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom('client_grant')
    .select((eb) => eb.fn.max<Date | null>('created_at').as('at'))
    .where('account_id', '=', accountId)
    .where('client_id', '=', clientId)
    .executeTakeFirst()
  return row?.at ?? undefined
}
