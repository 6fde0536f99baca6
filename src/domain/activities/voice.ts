import type { AccountId, ActivityId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/** Somebody whom an activity is for. */
export interface Hearer {
  readonly accountId: AccountId
  readonly local: boolean
  /** and nobody may know */
  readonly blind: boolean
}

/** Whom an app said an activity for. */
export interface SaidFor {
  /** the addresses that everybody may see */
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly hearers: readonly Hearer[]
  readonly public: boolean
  readonly followers: boolean
}

/** The words in which an app has said the one activity that a transaction is about. */
export interface Voice {
  readonly accountId: AccountId
  /** of those things that we say of what is done, the one of this type is that activity */
  readonly as: string
  /** what it is kept as: the type by which it was understood */
  readonly kind: string
  /** as the app wrote it: nothing of it is lost, but what we know better */
  readonly words: Readonly<Record<string, unknown>>
  readonly saidFor: SaidFor
  /** whoever hears such a thing of us anyway hears this, too */
  readonly usual: boolean
}

interface Speaking {
  readonly voice: Voice
  said?: ActivityId
}

const speaking = new WeakMap<Tx, Speaking>()

/**
 * Does something in the words of an app: what is said of it carries all that the app wrote, before it is signed.
 * @returns the id of that activity; undefined when nothing of the kind was said, since there was nothing to do
 */
export async function inVoice(
  tx: Tx,
  voice: Voice,
  work: () => Promise<unknown>,
): Promise<ActivityId | undefined> {
  const mine: Speaking = { voice }
  speaking.set(tx, mine)
  try {
    await work()
    return mine.said
  } finally {
    speaking.delete(tx)
  }
}

/** The words for an activity of that type that is yet to be said: what is said of it before may hold them, too. */
export function hearVoice(tx: Tx, accountId: AccountId, type: string): Voice | undefined {
  const mine = speaking.get(tx)
  if (!mine || mine.said !== undefined) return undefined
  return mine.voice.accountId === accountId && mine.voice.as === type ? mine.voice : undefined
}

/** Takes the words for an activity that is about to be said, if it is the one that they are of; once. */
export function takeVoice(tx: Tx, accountId: AccountId, type: string, id: ActivityId): Voice | undefined {
  const mine = speaking.get(tx)
  if (!mine || mine.said !== undefined) return undefined
  if (mine.voice.accountId !== accountId || mine.voice.as !== type) return undefined
  mine.said = id
  return mine.voice
}
