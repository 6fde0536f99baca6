import { sql } from 'kysely'
import type { Tx } from '../../db/transact.ts'

/** The id of a hashtag, which becomes known by this where nobody has used it yet. */
export async function ensureHashtag(
  tx: Tx,
  { name, displayName }: { readonly name: string; readonly displayName: string },
): Promise<string> {
  await sql`INSERT INTO hashtag (name, display_name) VALUES (${name}, ${displayName})
    ON CONFLICT (name) DO NOTHING`.execute(tx)
  const { id } = await tx
    .selectFrom('hashtag')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return id
}
