import type { ActivityId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/** An activity of somebody here, as its own transaction knows it before anybody else can. */
export interface SaidNow {
  readonly id: ActivityId
  readonly kind: string
  readonly postId: PostId | null
  /** the exact JSON that is served */
  readonly body: string
}

const said = new WeakMap<Tx, SaidNow[]>()

/** Keeps in mind what a transaction has said, so that nothing asks the database for what it was just told. */
export function noteSaid(tx: Tx, activity: SaidNow): void {
  const noted = said.get(tx)
  if (noted) noted.push(activity)
  else said.set(tx, [activity])
}

/** All that a transaction has said so far, in that order. */
export function saidIn(tx: Tx): readonly SaidNow[] {
  return said.get(tx) ?? []
}
