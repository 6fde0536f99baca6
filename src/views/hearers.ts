import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import { isOpen } from '../base/visibility.ts'
import type { Db } from '../db/connect.ts'
import { areApart } from '../domain/blocks/find.ts'
import type { StreamEvent } from '../domain/events/event.ts'
import { eachIn, maySee } from '../domain/posts/audience.ts'
import { isThere, type Rule, ruleFor } from './hearing-rules.ts'

/** Whether one reader may hear of one event. Nobody in particular is `null`. */
export interface Hearing {
  readonly event: StreamEvent
  readonly readerId: AccountId | null
}

/**
 * Which of these may be told, by the very rules by which their reader could read the same at its address now; a fixed
 * number of queries, however many readers there are. What everybody may have needs no more of each reader than that no
 * block stands between; the rest is asked for each of them. What is gone is for those who could see it.
 */
export async function mayHear(db: Db, hearings: readonly Hearing[]): Promise<Set<Hearing>> {
  const allowed = new Set<Hearing>()
  const byRule = new Map<Rule, Hearing[]>()
  const gone: Hearing[] = []
  for (const hearing of hearings) {
    const rule = ruleFor(hearing.event)
    if (hearing.event.audience) gone.push(hearing)
    else if (rule === undefined) allowed.add(hearing)
    else addTo(byRule, rule, hearing)
  }
  for (const [rule, asked] of byRule) {
    const left = await hearOpen(db, rule, asked, allowed)
    const known = left.filter(({ readerId }) => readerId !== null)
    for (const hearing of await pass(db, rule.rows(eachIn(sql`pair.reader`)), known)) allowed.add(hearing)
  }
  for (const hearing of await couldSee(db, gone)) allowed.add(hearing)
  return allowed
}

/** @returns what is not for everybody */
async function hearOpen(
  db: Db,
  rule: Rule,
  hearings: readonly Hearing[],
  allowed: Set<Hearing>,
): Promise<readonly Hearing[]> {
  const alike = new Map<string, Hearing[]>()
  for (const hearing of hearings) addTo(alike, likenessOf(rule, hearing), hearing)
  const samples = [...alike.values()].flatMap(([first]) => first ?? [])
  const open = await openAmong(db, rule, samples)
  const left: Hearing[] = []
  const groups: Group[] = []
  for (const same of alike.values()) {
    const owners = same[0] && open.get(same[0])
    if (owners === undefined) left.push(...same)
    else groups.push({ owners, hearings: same })
  }
  for (const hearing of await notKeptFrom(db, rule, groups)) allowed.add(hearing)
  return left
}

/** Hearings of what everybody may have, and whose it is. */
interface Group {
  readonly owners: readonly AccountId[]
  readonly hearings: readonly Hearing[]
}

const ALIKE: ReadonlySet<string> = new Set(['inbox', 'home', 'public'])

/** Events that differ only in whose list they stand in are the same to everybody else. */
function likenessOf({ of }: Rule, { event, readerId }: Hearing): string {
  const { position, thing, thingId, topic } = event
  const same = ALIKE.has(topic.name) ? `${topic.name} ${thing} ${thingId}` : position
  return of === undefined && readerId === null ? `${same} for strangers` : same
}

/** Of those that everybody may have, whose they are; where that alone does not decide, only what strangers ask for. */
async function openAmong(
  db: Db,
  { rows, of }: Rule,
  samples: readonly Hearing[],
): Promise<Map<Hearing, readonly AccountId[]>> {
  if (samples.length === 0) return new Map()
  const found = await sql<{ n: number; of: AccountId[] }>`
    SELECT pair.n::int AS n, ${of === undefined ? sql`'{}'::bigint[]` : sql`ARRAY[${of}]`} AS of
    FROM ${pairsOf(samples)} ${rows(undefined)}`.execute(db)
  const open = new Map<Hearing, readonly AccountId[]>()
  for (const row of found.rows) {
    const sample = samples[row.n - 1]
    if (sample && (of !== undefined || sample.readerId === null)) open.set(sample, row.of)
  }
  return open
}

/** Those whom no block keeps from any of the owners, and whose own mute does not either. */
async function notKeptFrom(
  db: Db,
  { mutes = false }: Rule,
  groups: readonly Group[],
): Promise<readonly Hearing[]> {
  const readers = [
    ...new Set(groups.flatMap(({ hearings }) => hearings.flatMap(({ readerId }) => readerId ?? []))),
  ]
  const owners = [...new Set(groups.flatMap((group) => group.owners))]
  const kept = await keptApart(db, readers, owners, mutes)
  return groups.flatMap(({ owners: whose, hearings }) => {
    const from = whose.flatMap((id) => kept.get(id) ?? [])
    if (from.length === 0) return hearings
    return hearings.filter(
      ({ readerId }) =>
        readerId === null || whose.includes(readerId) || !from.some((apart) => apart.has(readerId)),
    )
  })
}

/**
 * For each of these owners, who of these readers is kept from them. Nearly nobody refuses domains: then nobody's have to be
 * looked at.
 */
async function keptApart(
  db: Db,
  readers: readonly AccountId[],
  owners: readonly AccountId[],
  mutes: boolean,
): Promise<ReadonlyMap<AccountId, ReadonlySet<AccountId>>> {
  if (readers.length === 0 || owners.length === 0) return new Map()
  const theirs = sql`any(${owners}::bigint[])`
  const ours = sql`any(${readers}::bigint[])`
  const { rows } = await sql<{ owner: AccountId; reader: AccountId }>`
    SELECT target_id AS owner, account_id AS reader FROM block WHERE target_id = ${theirs} AND account_id = ${ours}
    UNION ALL SELECT account_id, target_id FROM block WHERE account_id = ${theirs} AND target_id = ${ours}
    UNION ALL SELECT owner.id, refused.account_id FROM account AS owner
      JOIN user_domain_block AS refused ON refused.domain = ANY (owner.domains)
      WHERE owner.id = ${theirs} AND refused.account_id = ${ours}
    UNION ALL SELECT refused.account_id, far.id FROM user_domain_block AS refused
      JOIN account AS far ON far.id = ${ours} AND refused.domain = ANY (far.domains)
      WHERE refused.account_id = ${theirs}
        AND EXISTS (SELECT 1 FROM user_domain_block WHERE account_id = ${theirs})
    UNION ALL SELECT target_id, account_id FROM mute
      WHERE ${mutes} AND target_id = ${theirs} AND account_id = ${ours}
      AND (expires_at IS NULL OR expires_at > now())`.execute(db)
  const kept = new Map<AccountId, Set<AccountId>>()
  for (const { owner, reader } of rows) {
    const known = kept.get(owner)
    if (known) known.add(reader)
    else kept.set(owner, new Set([reader]))
  }
  return kept
}

function pairsOf(hearings: readonly Hearing[]): RawBuilder<unknown> {
  return sql`unnest(
      ${hearings.map(({ event }) => event.thingId)}::bigint[],
      ${hearings.map(({ event }) => event.topic.subject)}::bigint[],
      ${hearings.map(({ readerId }) => readerId)}::bigint[]
    ) WITH ORDINALITY AS pair (id, subject, reader, n)`
}

async function pass(
  db: Db,
  rest: RawBuilder<unknown>,
  hearings: readonly Hearing[],
): Promise<readonly Hearing[]> {
  if (hearings.length === 0) return []
  const { rows } = await sql<{ n: number }>`
    SELECT DISTINCT pair.n::int AS n FROM ${pairsOf(hearings)} ${rest}`.execute(db)
  return rows.flatMap(({ n }) => hearings[n - 1] ?? [])
}

/** The rule in its other form, since there is no row left to ask about. */
async function couldSee(db: Db, hearings: readonly Hearing[]): Promise<readonly Hearing[]> {
  const [open, closed] = partition(hearings, ({ event }) => isOpen(event.audience?.visibility ?? 'direct'))
  return [...(await couldSeeOpen(db, open)), ...(await couldSeeClosed(db, closed))]
}

/** Of what was for everybody: all but those whom a block keeps away, however many they are in two queries. */
async function couldSeeOpen(db: Db, hearings: readonly Hearing[]): Promise<readonly Hearing[]> {
  if (hearings.length === 0) return []
  const authors = [...new Set(hearings.flatMap(({ event }) => event.audience?.authorId ?? []))]
  const readers = [...new Set(hearings.flatMap(({ readerId }) => readerId ?? []))]
  const [kept, there] = await Promise.all([
    keptApart(db, readers, authors, false),
    sql<{ id: AccountId }>`SELECT id FROM account WHERE id = ANY (${authors}::bigint[])
      AND ${isThere(sql`account`)}`.execute(db),
  ])
  const shown = new Set(there.rows.map(({ id }) => id))
  return hearings.filter(({ event: { audience }, readerId }) => {
    if (!audience) return false
    const apart = readerId !== null && (kept.get(audience.authorId)?.has(readerId) ?? false)
    const viewer = readerId ? { accountId: readerId } : undefined
    const authorHidden = !shown.has(audience.authorId)
    return maySee({ ...audience, authorHidden }, viewer, { follows: false, apart })
  })
}

async function couldSeeClosed(db: Db, hearings: readonly Hearing[]): Promise<readonly Hearing[]> {
  if (hearings.length === 0) return []
  const authorOf = ({ event }: Hearing): AccountId | null => event.audience?.authorId ?? null
  const { rows } = await sql<{ n: number; follows: boolean; apart: boolean; hidden: boolean }>`
    SELECT pair.n::int AS n, ${areApart(sql`pair.reader`, sql`pair.author`)} AS apart,
      EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = pair.author AND follow.follower_id = pair.reader
        AND follow.state = 'accepted') AS follows,
      NOT EXISTS (SELECT 1 FROM account WHERE account.id = pair.author AND ${isThere(sql`account`)}) AS hidden
    FROM unnest(${hearings.map(authorOf)}::bigint[], ${hearings.map(({ readerId }) => readerId)}::bigint[])
      WITH ORDINALITY AS pair (author, reader, n)`.execute(db)
  return rows.flatMap(({ n, follows, apart, hidden }) => {
    const hearing = hearings[n - 1]
    const audience = hearing?.event.audience
    const viewer = hearing?.readerId ? { accountId: hearing.readerId } : undefined
    const sees = audience && maySee({ ...audience, authorHidden: hidden }, viewer, { follows, apart })
    return hearing && sees ? [hearing] : []
  })
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(is), all.filter((one) => !is(one))]
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
