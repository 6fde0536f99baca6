import type { Db } from '../db/connect.ts'

/** Who answers for this server. */
export interface Contact {
  readonly name: string
  readonly displayName: string
}

/** The owner, once there is one. */
export async function viewContact(db: Db): Promise<Contact | undefined> {
  return db
    .selectFrom('login')
    .innerJoin('account', 'account.id', 'login.account_id')
    .select(['account.name', 'account.display_name as displayName'])
    .where('login.role', '=', 'owner')
    .where('account.deleted_at', 'is', null)
    .executeTakeFirst()
}
