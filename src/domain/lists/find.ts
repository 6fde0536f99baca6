import { type RawBuilder, sql } from 'kysely'
import type { AccountId, ListId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import type { ListReplies } from '../../db/tables/timelines.ts'

/** Some of those whom somebody follows, to be read apart from the others. */
export interface List {
  readonly id: ListId
  readonly title: string
  /** answers to whom stand in it, beside answers to oneself and to its owner */
  readonly replies: ListReplies
  /** whoever is on it is left out of the home */
  readonly exclusive: boolean
}

const columns = ['list.id', 'list.title', 'list.replies', 'list.exclusive'] as const

export async function listsOf(db: Db, ownerId: AccountId): Promise<List[]> {
  return db.selectFrom('list').select(columns).where('owner_id', '=', ownerId).orderBy('id').execute()
}

/** Those of somebody's lists that an account is on. */
export async function listsWith(db: Db, ownerId: AccountId, accountId: AccountId): Promise<List[]> {
  return db
    .selectFrom('list_member')
    .innerJoin('list', 'list.id', 'list_member.list_id')
    .select(columns)
    .where('list_member.account_id', '=', accountId)
    .where('list_member.owner_id', '=', ownerId)
    .orderBy('list.id')
    .execute()
}

/** @throws Refusal 'list.not-found', also when it is somebody else's */
export async function requireList(db: Db, ownerId: AccountId, id: ListId | undefined): Promise<List> {
  if (id === undefined) return refuse('list.not-found')
  const list = await db
    .selectFrom('list')
    .select(columns)
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst()
  return list ?? refuse('list.not-found')
}

export async function countLists(db: Db, ownerId: AccountId): Promise<number> {
  const { n } = await db
    .selectFrom('list')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('owner_id', '=', ownerId)
    .executeTakeFirstOrThrow()
  return Number(n)
}

export async function membersOf(db: Db, listId: ListId): Promise<AccountId[]> {
  const rows = await db
    .selectFrom('list_member')
    .select('account_id')
    .where('list_id', '=', listId)
    .orderBy('account_id')
    .execute()
  return rows.map((row) => row.account_id)
}

/** Whether somebody reads an account apart from their home, as a condition. */
export function isReadApart(owner: RawBuilder<unknown>, account: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`EXISTS (SELECT 1 FROM list_member
    WHERE list_member.account_id = ${account} AND list_member.owner_id = ${owner} AND list_member.exclusive)`
}
