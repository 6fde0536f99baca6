import { Document } from '@fedify/fedify/vocab'
import { type AttachmentId, readId } from '../../base/ids.ts'
import { mediaFrom } from '../../translate/to-activity/media.ts'
import { viewMedia } from '../../views/media.ts'
import { exactly } from './exactly.ts'
import type { SurfaceParts } from './parts.ts'

/** Registers the files of people here, as what is known of them. */
export function registerMedia({ federation, db, uris }: SurfaceParts): void {
  federation.setObjectDispatcher(Document, '/ap/media/{id}', async ({ data }, values) => {
    const id = readId<AttachmentId>(values.id)
    const media = id && (await viewMedia(db, id, data.viewer))
    if (!media) return null
    data.public = media.open
    data.ownerId = media.ownerId
    return exactly(new Document({ id: new URL(uris.mediaObject(media.id)) }), mediaFrom(media, uris))
  })
}
