import type { Uris } from '../../base/uris.ts'
import type { MediaView } from '../../views/media.ts'
import type { UnreadyView } from '../../views/unready.ts'
import type { JsonObject } from '../json.ts'
import { noteContext } from './context.ts'
import { durationOf } from './held.ts'

const TYPES: Readonly<Record<string, string>> = {
  image: 'Image',
  gifv: 'Video',
  video: 'Video',
  audio: 'Audio',
}

/** A file of ours as the document at its id, `@context` first. Our own words stand over what its owner's app said. */
export function mediaFrom(view: MediaView, uris: Uris): JsonObject {
  return {
    '@context': noteContext,
    ...(view.shell as JsonObject | null),
    id: uris.mediaObject(view.id),
    type: TYPES[view.kind] ?? 'Document',
    attributedTo: view.ownerUri,
    published: view.createdAt.toISOString(),
    ...(view.mediaType === null ? {} : { mediaType: view.mediaType }),
    ...(view.description === '' ? {} : { name: view.description }),
    url: [linkFrom(view)],
    ...sizeOf(view),
    ...(view.blurhash === null ? {} : { blurhash: view.blurhash }),
    ...(view.focus === null ? {} : { focalPoint: [view.focus.x, view.focus.y] }),
    ...(view.duration === null ? {} : { duration: durationOf(view.duration) }),
    ...(view.previewUrl === null
      ? {}
      : {
          preview: {
            type: 'Image',
            mediaType: 'image/webp',
            url: [{ type: 'Link', href: view.previewUrl, mediaType: 'image/webp' }],
          },
        }),
  }
}

/**
 * A file that is not ready, as the document at its id: it has no `url` yet, and never gets one when nothing can be made of
 * it.
 */
export function mediaUnderway(view: UnreadyView & { readonly ownerUri: string }, uris: Uris): JsonObject {
  return {
    '@context': [...noteContext, STATUS_TERMS],
    ...(view.shell as JsonObject | null),
    id: uris.mediaObject(view.id),
    type: TYPES[view.kind] ?? 'Document',
    attributedTo: view.ownerUri,
    published: view.createdAt.toISOString(),
    ...(view.description === '' ? {} : { name: view.description }),
    ...(view.focus === null ? {} : { focalPoint: [view.focus.x, view.focus.y] }),
    creativeWorkStatus: view.failure === null ? 'Incomplete' : 'Failed',
  }
}

const STATUS_TERMS: JsonObject = {
  schema: 'http://schema.org#',
  creativeWorkStatus: 'schema:creativeWorkStatus',
}

function linkFrom(view: MediaView): JsonObject {
  return {
    type: 'Link',
    href: view.url,
    ...(view.mediaType === null ? {} : { mediaType: view.mediaType }),
    ...sizeOf(view),
  }
}

function sizeOf({ width, height }: MediaView): JsonObject {
  return width === null || height === null ? {} : { width, height }
}
