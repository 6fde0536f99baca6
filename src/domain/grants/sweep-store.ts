import type { DeleteResult } from 'kysely'
import type { Db } from '../../db/connect.ts'

/** Each deletes some, the oldest or not, and says how many. */
export async function deleteOldTokens(db: Db, before: Date, most: number): Promise<number> {
  const old = db.selectFrom('grant_token').select('token_hash').where('expires_at', '<=', before).limit(most)
  return countOf(await db.deleteFrom('grant_token').where('token_hash', 'in', old).executeTakeFirst())
}

export async function deleteOldCodes(db: Db, before: Date, most: number): Promise<number> {
  const old = db.selectFrom('grant_code').select('code_hash').where('expires_at', '<=', before).limit(most)
  return countOf(await db.deleteFrom('grant_code').where('code_hash', 'in', old).executeTakeFirst())
}

export async function deleteOldProofs(db: Db, before: Date, most: number): Promise<number> {
  const old = db.selectFrom('proof_seen').select('proof_hash').where('expires_at', '<=', before).limit(most)
  return countOf(await db.deleteFrom('proof_seen').where('proof_hash', 'in', old).executeTakeFirst())
}

/**
 * Grants that have run out, those that were ended before then, and those of apps as themselves that were last used before
 * then, with what is left of their tokens and codes.
 */
export async function deleteOldGrants(
  db: Db,
  {
    now,
    endedBefore,
    idleSince,
  }: { readonly now: Date; readonly endedBefore: Date; readonly idleSince: Date },
  most: number,
): Promise<number> {
  const old = db
    .selectFrom('client_grant')
    .select('id')
    .where((eb) =>
      eb.or([
        eb('expires_at', '<=', now),
        eb('revoked_at', '<=', endedBefore),
        eb.and([eb('account_id', 'is', null), eb('used_at', '<=', idleSince)]),
      ]),
    )
    .limit(most)
  return countOf(await db.deleteFrom('client_grant').where('id', 'in', old).executeTakeFirst())
}

function countOf({ numDeletedRows }: DeleteResult): number {
  return Number(numDeletedRows)
}
