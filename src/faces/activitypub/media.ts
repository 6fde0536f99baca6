import { Document } from '@fedify/fedify/vocab'
import { type AttachmentId, readId } from '../../base/ids.ts'
import type { JsonObject } from '../../translate/json.ts'
import { mediaFrom, mediaUnderway } from '../../translate/to-activity/media.ts'
import { viewMedia } from '../../views/media.ts'
import { viewUnready } from '../../views/unready.ts'
import { exactly } from './exactly.ts'
import type { SurfaceParts } from './parts.ts'

/** Registers the files of people here, as what is known of them. */
export function registerMedia({ federation, db, uris }: SurfaceParts): void {
  const asIs = (id: AttachmentId, json: JsonObject) =>
    exactly(new Document({ id: new URL(uris.mediaObject(id)) }), json)
  federation.setObjectDispatcher(Document, '/ap/media/{id}', async ({ data }, values) => {
    const id = readId<AttachmentId>(values.id)
    if (!id) return null
    const unready = data.viewer && (await viewUnready(db, data.viewer.accountId, id))
    if (unready && data.viewer) {
      data.ownerId = data.viewer.accountId
      const ownerUri = uris.actor(data.viewer.accountId)
      return asIs(id, mediaUnderway({ ...unready, ownerUri }, uris))
    }
    const media = await viewMedia(db, id, data.viewer)
    if (!media) return null
    data.public = media.open
    data.ownerId = media.ownerId
    return asIs(id, mediaFrom(media, uris))
  })
}
