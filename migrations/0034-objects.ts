import { type Kysely, sql } from 'kysely'

/** Who likes and shares what people here made that is no post: each has these lists, as posts have. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE object_reaction (
      id bigint PRIMARY KEY,
      object_id bigint NOT NULL REFERENCES object (id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('like', 'announce')),
      uri text COLLATE "C" NOT NULL UNIQUE,
      UNIQUE (object_id, kind, account_id)
    )`.execute(db)
  await sql`COMMENT ON COLUMN object_reaction.id IS 'that of the activity, whose address is the uri'`.execute(
    db,
  )
  await sql`CREATE INDEX object_reaction_order ON object_reaction (object_id, kind, id)`.execute(db)
  await sql`CREATE INDEX object_reaction_account ON object_reaction (account_id)`.execute(db)
}
