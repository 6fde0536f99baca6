import type { ReadActivity } from '../../../translate/from-activity/activity.ts'
import { readAnnounce } from './announce.ts'
import { readAnswer } from './answer.ts'
import { readBlock } from './block.ts'
import { readCreate } from './create.ts'
import { readDelete } from './delete.ts'
import { readFeature } from './feature.ts'
import { readFlag } from './flag.ts'
import { readFollow } from './follow.ts'
import { readDislike, readLike } from './like.ts'
import { readMove } from './move.ts'
import { onlyHeard, type Reading, type Receipt } from './reading.ts'
import { readRequest } from './request.ts'
import { readUndo } from './undo.ts'
import { readUpdate } from './update.ts'

type Reader = (activity: ReadActivity, receipt: Receipt) => Reading

const later: Reader = (activity) => onlyHeard(`${activity.type} has no effect here yet`)

/** Every activity that is recognised, by its type; the rest is unknown, which is no fault of its sender's. */
const readers: Readonly<Record<string, Reader>> = {
  Create: readCreate,
  Update: readUpdate,
  Delete: readDelete,
  Follow: readFollow,
  Accept: (activity) => readAnswer(activity, true),
  Reject: (activity) => readAnswer(activity, false),
  Undo: readUndo,
  Announce: readAnnounce,
  Like: readLike,
  EmojiReact: readLike,
  Dislike: readDislike,
  Add: (activity, receipt) => readFeature(activity, receipt, true),
  Remove: (activity, receipt) => readFeature(activity, receipt, false),
  Block: readBlock,
  Move: readMove,
  Flag: readFlag,
  QuoteRequest: readRequest('quote'),
  ReplyRequest: readRequest('reply'),
  LikeRequest: readRequest('like'),
  AnnounceRequest: readRequest('announce'),
  View: later,
  Read: later,
  Listen: later,
}

/**
 * Reads what an activity asks for. Pure: the batch decides what to store, `remote/` what to ask for.
 * @throws Refusal 'request.invalid' when what it holds cannot be read
 */
export function readActivity(activity: ReadActivity, receipt: Receipt): Reading {
  const reader = Object.hasOwn(readers, activity.type) ? readers[activity.type] : undefined
  return reader ? reader(activity, receipt) : onlyHeard('unknown type')
}
