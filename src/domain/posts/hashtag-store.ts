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

/** Changes with which letters a hashtag is shown. @returns false when it is another hashtag that is spelt so */
export async function writeTagSpelling(
  tx: Tx,
  id: string,
  { name, displayName }: { readonly name: string; readonly displayName: string },
): Promise<boolean> {
  const written = await tx
    .updateTable('hashtag')
    .set({ display_name: displayName })
    .where('id', '=', id)
    .where('name', '=', name)
    .executeTakeFirst()
  return written.numUpdatedRows === 1n
}
