import type { AttachmentId } from '../../../base/ids.ts'
import { refuseFiles } from '../../../domain/media/keep.ts'
import { findOwnFiles } from '../../../domain/media/own-find.ts'
import type { PostedFile } from '../../../translate/from-activity/posted-note.ts'
import type { Json } from '../../../translate/json.ts'
import type { Posting } from './posting.ts'

/** What hangs on an object: files of its author's here, and what is elsewhere. */
export interface Files {
  readonly mediaIds: readonly AttachmentId[]
  /** what they show, where the app says so */
  readonly descriptions: ReadonlyMap<AttachmentId, string>
  /** as it was written */
  readonly elsewhere: readonly Json[]
}

/**
 * Finds which of the files that hang on an object are here, by their ids or by copies of what was uploaded.
 * @throws Refusal 'media.not-found' for a file of ours that is not theirs, 'media.not-ready'
 */
export async function filesAmong(
  { tx, world, actor }: Pick<Posting, 'tx' | 'world' | 'actor'>,
  files: readonly PostedFile[],
): Promise<Files> {
  const { uris } = world
  const ours = files.flatMap((file) => file.uris.filter((uri) => uris.isOurs(uri)))
  const ids = ours.flatMap((uri) => uris.mediaIdFrom(uri) ?? [])
  const own = await findOwnFiles(tx, actor.id, ids, ours)
  const idAt = new Map(
    own.flatMap(({ id, url }) => [[url, id] as const, [uris.mediaObject(id), id] as const]),
  )
  const mediaIds = new Set<AttachmentId>()
  const descriptions = new Map<AttachmentId, string>()
  const elsewhere: Json[] = []
  for (const { uris: at, description, json, itself } of files) {
    const id = at.map((uri) => idAt.get(uri)).find((found) => found !== undefined)
    if (id === undefined) {
      if (at.some((uri) => uris.isOurs(uri))) await refuseFiles(tx, actor.id, ids)
      if (!itself) elsewhere.push(json)
      continue
    }
    mediaIds.add(id)
    if (description !== undefined && !itself) descriptions.set(id, description)
  }
  return { mediaIds: [...mediaIds], descriptions, elsewhere }
}
