import type { AccountId, InboxItemId } from '../../../base/ids.ts'
import type { Uris } from '../../../base/uris.ts'
import { transact } from '../../../db/transact.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { type Concerns, enterOthers, type OtherItem } from '../../../domain/inboxes/enter.ts'
import { hasOpenInboxes } from '../../../domain/inboxes/find.ts'
import type { World } from '../../../domain/world.ts'
import {
  addressesOf,
  objectIdOf,
  ownIdOf,
  type ReadActivity,
} from '../../../translate/from-activity/activity.ts'
import { idOf, idsOf, isObject, typeOf } from '../../../translate/json.ts'
import { keptJson } from '../../../translate/kept-json.ts'
import type { askFirst, Reading } from './reading.ts'

/** Something that came, as its actor's own hand sent it. */
export interface Heard {
  readonly activity: ReadActivity
  readonly actor: Account
}

/** What is about posts comes with them; what keeps people apart is not told to them, nor what is for moderators. */
const NOT_OTHERS = new Set(['Create', 'Update', 'Delete', 'Announce', 'Block', 'Flag'])
/** What became of things that had an effect, or may have one yet. */
const TOOK = new Set(
  'added known removed undone accepted requested rejected asked granted approved held moved'.split(' '),
)
const ANSWERED = new Set(['turned down', 'taken back'])

/** Whether something that came is for the inboxes of those here whom it concerns, by what became of it. */
export function isForInboxes(
  activity: ReadActivity,
  reading: Reading,
  outcome: string | typeof askFirst,
): boolean {
  if (NOT_OTHERS.has(activity.type) || typeof outcome !== 'string') return false
  if (activity.type === 'Undo' && activity.objects.some((it) => isObject(it) && NOT_TOLD.has(typeOf(it))))
    return false
  if (reading.kind === 'nothing') return reading.heard === true
  const answers = activity.type === 'Accept' || activity.type === 'Reject'
  return TOOK.has(outcome) || (answers && ANSWERED.has(outcome))
}

const NOT_TOLD = new Set(['Block', 'Flag'])

/** Lets what came stand in the inboxes that apps read; asks once for all of it whether there are any. */
export async function keepHeard(world: World, heard: readonly Heard[]): Promise<void> {
  if (heard.length === 0 || !(await hasOpenInboxes(world.db))) return
  const items = heard.map((one) => itemFrom(world, one))
  await transact(world.db, (tx) => enterOthers(world, tx, items))
}

function itemFrom({ ids, uris }: World, { activity, actor }: Heard): OtherItem {
  const id = ids.next<InboxItemId>()
  // Of one that came without an id, the id that was made for it leads nowhere.
  const uri = ownIdOf(activity) ?? uris.received(id)
  return {
    id,
    uri,
    actorId: actor.id,
    kind: activity.type,
    objectUri: objectIdOf(activity) ?? null,
    body: keptJson({ ...activity.raw, id: uri }),
    concerns: concernsOf(uris, activity, actor),
  }
}

/** As many as any activity may name. */
const MOST = 200

/** Whom it is addressed to, whom or what of theirs it is about, and the actor's followers when it is for them. */
function concernsOf(uris: Uris, { raw, objects, target }: ReadActivity, actor: Account): Concerns {
  const addresses = [raw.to, raw.cc, raw.bto, raw.bcc, raw.audience].flatMap(addressesOf)
  const inner = objects.filter(isObject)
  const things = [
    ...objects.flatMap((object) => idOf(object) ?? []),
    ...inner.flatMap(({ actor: who, object, attributedTo }) => [who, object, attributedTo].flatMap(idsOf)),
    ...(target === undefined ? [] : [target]),
  ]
  const few = <Id>(found: readonly (Id | undefined)[]): Id[] =>
    [...new Set(found.filter((id) => id !== undefined))].slice(0, MOST)
  return {
    accountIds: few<AccountId>([...addresses, ...things].map(uris.accountIdFrom)),
    postIds: few(things.map(uris.postIdFrom)),
    activityIds: few(things.map(uris.activityIdFrom)),
    followers: actor.followersUrl !== null && addresses.includes(actor.followersUrl),
  }
}
