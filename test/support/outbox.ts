import { expect } from 'vitest'
import type { AccountId, ActivityId } from '../../src/base/ids.ts'
import type { Visibility } from '../../src/base/visibility.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { activityReadableBy } from '../../src/domain/posts/audience.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import type { Person } from './peer.ts'
import { bearing, tokenFor } from './tokens.ts'
import type { Reply, Whole } from './whole.ts'
import { ORIGIN } from './world.ts'

export const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
export type Json = Record<string, unknown>
export type Answered = Reply & { readonly json: Json }

export interface PostOptions {
  /** what the app may do; everything that apps write unless told */
  readonly scope?: string
  readonly clientId?: string
  readonly headers?: Readonly<Record<string, string>>
}

const tokens = new WeakMap<Whole, Map<string, Promise<string>>>()

function tokenOf(whole: Whole, who: LocalAccount, options: PostOptions): Promise<string> {
  const known = tokens.get(whole) ?? new Map<string, Promise<string>>()
  tokens.set(whole, known)
  const name = JSON.stringify([who.id, options.scope, options.clientId])
  const token = known.get(name) ?? tokenFor(whole.world, who, options)
  known.set(name, token)
  return token
}

/** Posts to somebody's outbox, as an app of theirs does. */
export async function postTo(
  whole: Whole,
  who: LocalAccount,
  activity: Json,
  options: PostOptions = {},
): Promise<Answered> {
  const token = await tokenOf(whole, who, options)
  const reply = await whole.ask(`/ap/actors/${who.id}/outbox`, {
    method: 'POST',
    headers: { 'content-type': 'application/activity+json', ...bearing(token), ...options.headers },
    body: JSON.stringify(activity),
  })
  return { ...reply, json: reply.text.startsWith('{') ? (JSON.parse(reply.text) as Json) : {} }
}

/** The same where it must be taken: the activity as it was kept, which is what its id gives from now on. */
export async function posted(
  whole: Whole,
  who: LocalAccount,
  activity: Json,
  options: PostOptions = {},
): Promise<Json & { readonly id: string }> {
  const { status, headers, json, text } = await postTo(whole, who, activity, options)
  expect(`${status} ${status === 201 ? '' : text}`).toBe('201 ')
  expect(headers.location).toBe(json.id)
  expect(json.actor).toBe(who.uri)
  expect(String(json.id)).toMatch(`${ORIGIN}/ap/activities/`)
  return json as Json & { id: string }
}

/** What was said no to: status, kind of problem and what it names. */
export async function refused(
  whole: Whole,
  who: LocalAccount,
  activity: Json,
  options: PostOptions = {},
): Promise<{ readonly status: number; readonly type: string; readonly code: unknown; readonly json: Json }> {
  const { status, headers, json } = await postTo(whole, who, activity, options)
  expect(headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(json.status).toBe(status)
  return { status, type: String(json.type).replace('https://w3id.org/fep/c180#', ''), code: json.code, json }
}

/** The activity as it stands in the database. */
export async function kept(whole: Whole, uri: unknown) {
  const id = whole.world.uris.activityIdFrom(String(uri)) as ActivityId
  const row = await whole.db.selectFrom('activity').selectAll().where('id', '=', id).executeTakeFirst()
  return row && { ...row, json: JSON.parse(row.body) as Json }
}

/** Whether somebody may read an activity at its id. */
export async function mayRead(
  whole: Whole,
  uri: unknown,
  reader: { readonly id: AccountId } | undefined,
): Promise<boolean> {
  const id = whole.world.uris.activityIdFrom(String(uri)) as ActivityId
  const row = await whole.db
    .selectFrom('activity')
    .select('activity.id')
    .where('activity.id', '=', id)
    .where(activityReadableBy(reader && { accountId: reader.id }))
    .executeTakeFirst()
  return row !== undefined
}

/** All that somebody has said of that type, the first one first. */
export async function saidBy(whole: Whole, who: { readonly id: AccountId }, kind: string): Promise<Json[]> {
  const rows = await whole.db
    .selectFrom('activity')
    .select('body')
    .where('account_id', '=', who.id)
    .where('kind', '=', kind)
    .orderBy('id')
    .execute()
  return rows.map((row) => JSON.parse(row.body) as Json)
}

/** What somebody here says, by its id. */
export async function noteBy(
  whole: Whole,
  who: LocalAccount,
  text: string,
  visibility: Visibility = 'public',
): Promise<string> {
  return whole.world.uris.post(await publishPost(whole.world, who, { text, visibility }))
}

/** What somebody elsewhere says, as our server gets it. */
export async function noteFrom(whole: Whole, person: Person, content: string, more: Json = {}) {
  const note = person.note(content, { published: new Date(Date.now() - 5000).toISOString(), ...more })
  const { status } = await person.post(`${ORIGIN}/ap/inbox`, person.create(note))
  expect(status).toBe(202)
  await whole.settled()
  return String(note.id)
}

/** Likes and boosts of a post, as they are counted. */
export async function countsOf(whole: Whole, uri: string): Promise<{ likes: number; boosts: number }> {
  const row = await whole.db
    .selectFrom('post')
    .leftJoin('post_stat', 'post_stat.post_id', 'post.id')
    .select(['post_stat.likes', 'post_stat.boosts'])
    .where('post.uri', '=', uri)
    .executeTakeFirstOrThrow()
  return { likes: row.likes ?? 0, boosts: row.boosts ?? 0 }
}

/** What somebody's app is answered when it reads something here. */
export async function readAs(whole: Whole, uri: unknown, who?: LocalAccount): Promise<Answered> {
  const reply = await whole.ask(new URL(String(uri)).pathname, {
    headers: {
      accept: 'application/activity+json',
      ...(who && bearing(await tokenOf(whole, who, {}))),
    },
  })
  return { ...reply, json: reply.text.startsWith('{') ? (JSON.parse(reply.text) as Json) : {} }
}
