import { Refusal } from '../../base/refusal.ts'
import { Transient } from '../../base/transient.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { unescapeHtml } from '../../text/escape.ts'
import type { World } from '../world.ts'
import type { Account, ProfileField } from './account.ts'
import { findFields, listUnchecked } from './find.ts'
import type { ActorJob } from './jobs.ts'
import { writeFields } from './life-store.ts'
import { lockAccount } from './store.ts'

/** Whether the page at an address links back to one of `ours` with `rel=me`; `remote/rel-me.ts` fills it. */
export type LinksBack = (address: string, ours: readonly string[]) => Promise<boolean>

/** So many of one profile are looked at. */
const MOST_LINKS = 10

/**
 * Looks whether the pages that a profile links to link back, and marks those that do. What cannot be reached now keeps
 * the mark that it has; what answers and does not link back loses it.
 */
export async function verifyLinks(world: World, account: Account, linksBack: LinksBack): Promise<void> {
  const ours = [account.uri, ...(account.url === null ? [] : [account.url])]
  const addresses = new Set((await findFields(world.db, account.id)).flatMap(addressOf))
  const found = new Map<string, boolean>()
  for (const address of [...addresses].slice(0, MOST_LINKS)) {
    const answer = await linksBack(address, ours).catch(falseOrUnknown)
    if (answer !== undefined) found.set(address, answer)
  }
  await transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    const now = world.clock.now()
    const before = await findFields(tx, account.id)
    const after = before.map((field) => marked(field, found, now))
    await writeFields(tx, account.id, after, now)
    const changed = before.some((field, index) => !field.verifiedAt !== !after[index]?.verifiedAt)
    if (changed && account.local) await record(world, tx, { type: 'account.verified', accountId: account.id })
  })
}

const WEEK_MS = 7 * 86_400_000
const AT_ONCE = 50

/** Links are looked at again now and then: pages change hands. Run as a chore. */
export async function recheckLinks(world: World): Promise<void> {
  const before = new Date(world.clock.now().getTime() - WEEK_MS)
  const ids = await listUnchecked(world.db, before, AT_ONCE)
  const payloads = ids.map((accountId): ActorJob => ({ what: 'links', accountId }))
  await enqueue(
    world.db,
    payloads.map((payload) => ({ kind: 'actor', subject: payload.accountId, payload })),
  )
}

/** The marks that a profile read anew keeps: of fields that say the same as before. */
export function keepMarks(
  before: readonly ProfileField[],
  after: readonly ProfileField[],
): readonly ProfileField[] {
  return after.map((field) => {
    const verifiedAt = before.find((known) => known.value === field.value)?.verifiedAt
    return verifiedAt === undefined ? field : { ...field, verifiedAt }
  })
}

function marked(field: ProfileField, found: ReadonlyMap<string, boolean>, now: Date): ProfileField {
  const [address] = addressOf(field)
  const answer = address === undefined ? false : found.get(address)
  if (answer === undefined) return field
  const { verifiedAt: _before, ...rest } = field
  return answer ? { ...rest, verifiedAt: now.toISOString() } : rest
}

/** The one link that a field is, and shows as what it is (S-105); none when it says anything else. */
export function addressOf({ value }: ProfileField): string[] {
  const [, href = '', inner = ''] =
    /^(?:<p>)?<a (?:[^>]* )?href="([^"]*)"[^>]*>(.*)<\/a>(?:<\/p>)?$/s.exec(value) ?? []
  if (inner.includes('</a>')) return []
  const address = unescapeHtml(href)
  const shown = unescapeHtml(inner.replace(/<[^>]*>/g, '')).trim()
  if (!/^https:\/\//i.test(address)) return []
  return bare(shown) === bare(address) ? [address] : []
}

function bare(address: string): string {
  return address.replace(/^https?:\/\//i, '').replace(/\/$/, '')
}

/** A no is an answer; a server that cannot be reached now is none. */
function falseOrUnknown(error: unknown): false | undefined {
  if (error instanceof Refusal) return false
  if (error instanceof Transient) return undefined
  throw error
}
