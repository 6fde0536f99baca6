import { type Kysely, sql } from 'kysely'

/** What the Mastodon API shows beside what was there: the rules of the server, what people usually want, and which app a post came by. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE post ADD COLUMN client_id text COLLATE "C"`.execute(db)
  await sql`COMMENT ON COLUMN post.client_id IS 'the app that its author wrote it with; it may be gone by now'`.execute(
    db,
  )
  await sql`
    CREATE TABLE posting_default (
      account_id bigint PRIMARY KEY REFERENCES login (account_id) ON DELETE CASCADE,
      visibility text COLLATE "C" CHECK (visibility IN ('public', 'unlisted', 'followers', 'direct')),
      sensitive boolean NOT NULL DEFAULT false,
      language text COLLATE "C",
      quoters text COLLATE "C" CHECK (quoters IN ('everyone', 'followers', 'nobody')),
      expands_media text COLLATE "C" NOT NULL DEFAULT 'default' CHECK (expands_media IN ('default', 'show_all', 'hide_all')),
      expands_warnings boolean NOT NULL DEFAULT false,
      plays_gifs boolean NOT NULL DEFAULT false
    )`.execute(db)
  await sql`COMMENT ON TABLE posting_default IS 'what somebody wants as long as they do not say otherwise; who has no row wants what is usual'`.execute(
    db,
  )
  await sql`
    CREATE TABLE server_rule (
      id bigint PRIMARY KEY,
      position integer NOT NULL DEFAULT 0,
      text text NOT NULL,
      hint text NOT NULL DEFAULT '',
      created_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`
    CREATE TABLE server_text (
      name text COLLATE "C" PRIMARY KEY CHECK (name IN ('title', 'description', 'extended', 'contact')),
      text text NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`COMMENT ON TABLE server_text IS 'what the people who run this server say of it'`.execute(db)
}
