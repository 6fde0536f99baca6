import type { ActivityId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import type { Account, LocalAccount } from '../../../domain/accounts/account.ts'
import { giveActivity } from '../../../domain/activities/give.ts'
import { inVoice, type SaidFor } from '../../../domain/activities/voice.ts'
import { cleanedFrom } from '../../../translate/from-activity/cleaned.ts'
import type { JsonObject } from '../../../translate/json.ts'
import type { Addressing, Posted, Posting } from './posting.ts'

export interface Speaking {
  /** the type of what we say of it ourselves, where that is another than the app's */
  readonly as?: string
  /** it is also for whom we would tell of it anyway, and they are added where all can see it */
  readonly usual?: boolean
  /** added where all can see it */
  readonly also?: readonly Account[]
  /** in place of the app's */
  readonly audience?: Addressing
  readonly words?: JsonObject
}

/**
 * Does something so that what is said of it is the activity that the app posted.
 * @returns undefined when nothing was said of it, since it was done already
 */
export async function speak(
  posting: Posting,
  speaking: Speaking,
  work: () => Promise<unknown>,
): Promise<ActivityId | undefined> {
  const { tx, type, actor, activity, audience } = posting
  const { as = type, usual = false, also = [], words = activity } = speaking
  const voice = {
    accountId: actor.id,
    as,
    kind: type,
    words: cleanedFrom(words),
    saidFor: saidFor(actor, speaking.audience ?? audience, also),
    usual,
  }
  return inVoice(tx, voice, work)
}

/** The same where nothing happens here: it is kept, and goes to whom it is for. */
export async function give(posting: Posting, speaking: Omit<Speaking, 'as'> = {}): Promise<Posted> {
  const { world, actor, type, id } = posting
  const given = { activityId: id, accountId: actor.id, kind: type }
  const activityId = await speak(posting, speaking, () => giveActivity(world, given))
  return { activityId: activityId ?? refuse('act.redundant') }
}

function saidFor(actor: LocalAccount, audience: Addressing, also: readonly Account[]): SaidFor {
  const open = new Map([...audience.to, ...audience.cc, ...also].map((account) => [account.id, account]))
  const blind = [...audience.bto, ...audience.bcc].filter((account) => !open.has(account.id))
  const hearer = ({ id, local }: Account, isBlind: boolean) => ({ accountId: id, local, blind: isBlind })
  const { to, cc } = audience.shown
  const added = also.map((account) => account.uri).filter((uri) => !to.includes(uri) && !cc.includes(uri))
  return {
    to: [...to, ...new Set(added)],
    cc,
    hearers: [
      ...[...open.values()].map((account) => hearer(account, false)),
      ...blind.map((account) => hearer(account, true)),
    ].filter(({ accountId }) => accountId !== actor.id),
    public: audience.public,
    followers: audience.followers,
  }
}

/** For nobody but whoever says it. */
export const nobody: Addressing = {
  visibility: 'direct',
  public: false,
  followers: false,
  to: [],
  cc: [],
  bto: [],
  bcc: [],
  shown: { to: [], cc: [] },
}
