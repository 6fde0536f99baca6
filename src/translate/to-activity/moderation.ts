import type { ActivityId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import type { JsonObject } from '../json.ts'
import { plainContext } from './context.ts'

export interface BlockParts {
  /** the Block's own id */
  readonly uri: string
  readonly actorUri: string
  readonly targetUri: string
  /** whether the one who is blocked is told, so that their server keeps the two apart as well */
  readonly told: boolean
}

export function blockFrom(block: BlockParts): JsonObject {
  return { '@context': plainContext, ...blockObject(block), to: addressOf(block), cc: [] }
}

export function undoBlockFrom(activityId: ActivityId, block: BlockParts, uris: Uris): JsonObject {
  return {
    '@context': plainContext,
    id: uris.activity(activityId),
    type: 'Undo',
    actor: block.actorUri,
    to: addressOf(block),
    cc: [],
    object: blockObject(block),
  }
}

function addressOf({ told, targetUri }: BlockParts): readonly string[] {
  return told ? [targetUri] : []
}

function blockObject({ uri, actorUri, targetUri }: BlockParts): JsonObject {
  return { id: uri, type: 'Block', actor: actorUri, object: targetUri }
}

export interface FlagParts {
  /** the Flag's own id */
  readonly uri: string
  readonly targetUri: string
  readonly postUris: readonly string[]
  readonly comment: string
}

/** From the server itself: who complained is nobody else's to know. Mastodon wants the account before the posts. */
export function flagFrom(flag: FlagParts, uris: Uris): JsonObject {
  return {
    '@context': plainContext,
    id: flag.uri,
    type: 'Flag',
    actor: uris.instanceActor,
    to: [flag.targetUri],
    cc: [],
    object: [flag.targetUri, ...flag.postUris],
    content: flag.comment,
  }
}
