import type { Uris } from '../../../base/uris.ts'
import type { Db } from '../../../db/connect.ts'
import type { JsonObject } from '../../../translate/json.ts'
import { personType } from '../../../translate/to-activity/brief.ts'
import { viewThings } from '../../../views/things.ts'
import type { Viewer } from '../../../views/view.ts'

/** What these ids name, in short, as far as it is known here and for this reader. */
export async function viewKinds(
  db: Db,
  uris: Uris,
  ids: readonly string[],
  viewer: Viewer,
): Promise<Map<string, JsonObject>> {
  const objectIds = ids.flatMap((id) => uris.objectIdFrom(id) ?? [])
  const things = await viewThings(db, { uris: ids, objectIds }, viewer)
  return new Map(
    things.map(({ uri, objectId, of, kind, authorUri, publishedAt }) => {
      const id = objectId === null ? uri : uris.object(objectId)
      const type = of === 'person' ? personType(kind) : kind.charAt(0).toUpperCase() + kind.slice(1)
      return [
        id,
        {
          id,
          type,
          ...(authorUri !== null && { attributedTo: authorUri }),
          ...(publishedAt !== null && { published: publishedAt.toISOString() }),
        },
      ]
    }),
  )
}
