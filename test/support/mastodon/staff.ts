import type { Role } from '../../../src/domain/accounts/account.ts'
import type { Whole } from '../whole.ts'
import { type Toot, tootAs } from './client.ts'

/** The app of somebody who looks after the server. */
export async function staffAs(
  server: Whole,
  name: string,
  role: Role,
  scope = 'read write follow admin:read admin:write',
): Promise<Toot> {
  const { account } = await tootAs(server, name)
  await server.db.updateTable('login').set({ role }).where('account_id', '=', account.id).execute()
  return tootAs(server, name, { scope })
}

/** What was decided, as it is written down. */
export async function actsIn({ db }: Whole): Promise<string[]> {
  const rows = await db.selectFrom('moderation_act').select('act').orderBy('id').execute()
  return rows.map(({ act }) => act)
}
