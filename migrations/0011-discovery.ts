import { type Kysely, sql } from 'kysely'

/** What is known of other servers, and what NodeInfo counts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Hosts: what they run, as their NodeInfo says, and when they were asked; when they were last heard of.
  await sql`ALTER TABLE host ADD COLUMN software_version text`.execute(db)
  await sql`ALTER TABLE host ADD COLUMN asked_at timestamptz`.execute(db)
  await sql`ALTER TABLE host ADD COLUMN heard_at timestamptz`.execute(db)
  await sql`ALTER TABLE host ADD COLUMN last_failure_at timestamptz`.execute(db)
  // Which hosts' software nobody has asked about yet, or not for long.
  await sql`CREATE INDEX host_asked ON host (asked_at NULLS FIRST, id)`.execute(db)
  await sql`CREATE INDEX post_local_replies ON post (id)
    WHERE local AND in_reply_to_uri IS NOT NULL AND visibility IN ('public', 'unlisted')`.execute(db)
}
