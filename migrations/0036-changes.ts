import { type Kysely, sql } from 'kysely'

/**
 * Says what has changed of all that is shown, so that processes may keep what they have read: whatever writes a row that
 * something shown is made of notes the keys of that in `change`, in the same transaction.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE change (
      key text COLLATE "C" NOT NULL,
      xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
      at timestamptz NOT NULL DEFAULT now()
    ) WITH (autovacuum_vacuum_scale_factor = 0.05)`.execute(db)
  await sql`COMMENT ON TABLE change IS 'what was changed in the last minutes: see src/db/changes.ts'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN change.key IS 'a letter for what it is, and its id'`.execute(db)
  await sql`COMMENT ON COLUMN change.xid IS 'of the transaction that changed it: once this is over, so is the change'`.execute(
    db,
  )
  await sql`CREATE INDEX change_xid ON change (xid)`.execute(db)
  for (const [table, { events = ALL, notes }] of Object.entries(SHOWN)) {
    const noted = sql.raw(notes.join('\n'))
    await sql`CREATE FUNCTION ${sql.ref(`note_${table}`)}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        ${noted}
        RETURN NULL;
      END $$`.execute(db)
    for (const [event, when] of Object.entries(events))
      await sql`CREATE TRIGGER ${sql.ref(`${table}_${event.toLowerCase()}_noted`)} AFTER ${sql.raw(event)} ON ${sql.table(table)}
        FOR EACH ROW ${sql.raw(when)} EXECUTE FUNCTION ${sql.ref(`note_${table}`)}()`.execute(db)
  }
}

interface Noted {
  /** at which events, and of which rows of these */
  readonly events?: Readonly<Record<string, string>>
  readonly notes: readonly string[]
}

const ALL = { INSERT: '', UPDATE: '', DELETE: '' }

/** OLD is null where a row comes, NEW where it goes. */
const either = (column: string) => `coalesce(NEW.${column}, OLD.${column})`
const note = (letter: string, id: string) => `INSERT INTO change (key) VALUES ('${letter}' || ${id});`
const post = note('p', either('post_id'))
const account = note('a', either('account_id'))
/** As a reader: people here, and those elsewhere whose servers sign what they ask for. */
const reader = (column: string) => note('v', either(column))

const ownerOfFilter = `INSERT INTO change (key)
  SELECT 'v' || account_id FROM post_filter WHERE id = ${either('filter_id')};`

const SHOWN: Readonly<Record<string, Noted>> = {
  post: {
    events: { INSERT: 'WHEN (NEW.boost_of_id IS NOT NULL)', UPDATE: '', DELETE: '' },
    notes: [
      `IF TG_OP <> 'INSERT' THEN ${note('p', 'OLD.id')} END IF;`,
      `IF ${either('boost_of_id')} IS NOT NULL THEN ${reader('account_id')} END IF;`,
    ],
  },
  post_stat: { notes: [post] },
  post_origin: { notes: [post] },
  post_preview: { notes: [post] },
  post_hashtag: { notes: [post] },
  mention: { notes: [post] },
  quote: { notes: [post] },
  poll: { events: { UPDATE: '', DELETE: '' }, notes: [post] },
  poll_option: { events: { UPDATE: '', DELETE: '' }, notes: [post] },
  // The only one that is uploaded before its post is there, and may go to another.
  attachment: {
    events: {
      INSERT: 'WHEN (NEW.post_id IS NOT NULL)',
      UPDATE: 'WHEN (NEW.post_id IS NOT NULL OR OLD.post_id IS NOT NULL)',
      DELETE: 'WHEN (OLD.post_id IS NOT NULL)',
    },
    notes: [
      `INSERT INTO change (key) SELECT DISTINCT 'p' || post_id
        FROM (VALUES (OLD.post_id), (NEW.post_id)) AS both_ (post_id) WHERE post_id IS NOT NULL;`,
    ],
  },
  hashtag: {
    events: { UPDATE: 'WHEN (OLD.display_name IS DISTINCT FROM NEW.display_name)' },
    notes: [note('h', 'OLD.name')],
  },
  preview: { events: { UPDATE: '', DELETE: '' }, notes: [note('w', 'OLD.id')] },
  client: {
    events: { UPDATE: 'WHEN ((OLD.name, OLD.website) IS DISTINCT FROM (NEW.name, NEW.website))', DELETE: '' },
    notes: [note('c', 'OLD.id')],
  },
  custom_emoji: { notes: [note('e', `coalesce(${either('host')}, '')`)] },
  account: {
    events: { UPDATE: 'WHEN (OLD.* IS DISTINCT FROM NEW.*)', DELETE: '' },
    notes: [note('a', 'OLD.id')],
  },
  account_stat: { notes: [note('s', either('account_id'))] },
  account_origin: { notes: [account] },
  login: {
    events: { INSERT: '', UPDATE: 'WHEN (OLD.role IS DISTINCT FROM NEW.role)', DELETE: '' },
    notes: [account],
  },
  user_domain_block: { notes: [account, reader('account_id')] },
  block: { notes: [reader('account_id'), reader('target_id')] },
  follow: { notes: [reader('follower_id'), reader('followed_id')] },
  posting_default: { notes: [reader('account_id')] },
  post_filter: { notes: [reader('account_id')] },
  filter_keyword: { notes: [ownerOfFilter] },
  filter_post: { notes: [ownerOfFilter] },
  reaction: { notes: [reader('account_id')] },
  bookmark: { notes: [reader('account_id')] },
  conversation_mute: { notes: [reader('account_id')] },
  pinned_post: { notes: [reader('account_id')] },
  poll_vote: { notes: [reader('account_id')] },
}
