import type { Uris } from '../../base/uris.ts'
import type { UnreadyView } from '../../views/unready.ts'
import type { AttachmentView } from '../../views/view.ts'

export interface MastodonMedia {
  readonly id: string
  readonly type: 'image' | 'gifv' | 'video' | 'audio' | 'unknown'
  readonly url: string | null
  readonly preview_url: string | null
  readonly remote_url: string | null
  readonly preview_remote_url: string | null
  readonly text_url: null
  readonly meta: Readonly<Record<string, unknown>>
  readonly description: string | null
  readonly blurhash: string | null
}

/** A file as it is shown. */
export function mediaFrom(view: AttachmentView, uris: Uris): MastodonMedia {
  const url = view.file === null ? view.url : uris.media(view.file)
  const still = view.previewUrl ?? (view.kind === 'image' ? url : null)
  return {
    id: view.id,
    type: view.kind,
    url,
    preview_url: still,
    remote_url: view.file === null ? view.url : null,
    preview_remote_url: null,
    text_url: null,
    meta: metaFrom(view),
    description: view.description === '' ? null : view.description,
    blurhash: view.blurhash,
  }
}

/** A file that is still being made ready has no address yet. */
export function mediaUnderway({ id, kind, description, focus }: UnreadyView): MastodonMedia {
  return {
    id,
    type: kind,
    url: null,
    preview_url: null,
    remote_url: null,
    preview_remote_url: null,
    text_url: null,
    meta: focus === null ? {} : { focus },
    description: description === '' ? null : description,
    blurhash: null,
  }
}

function metaFrom({ kind, width, height, duration, focus }: AttachmentView): Record<string, unknown> {
  const meta: Record<string, unknown> = {}
  if (focus !== null) meta.focus = focus
  if (width !== null && height !== null && width > 0 && height > 0) {
    meta.original = { ...sizeOf(width, height, kind === 'image'), ...(duration !== null && { duration }) }
    meta.small = smallOf(width, height)
  } else if (duration !== null) meta.original = { duration }
  return meta
}

function sizeOf(width: number, height: number, isPicture: boolean) {
  const aspect = width / height
  return isPicture ? { width, height, size: `${width}x${height}`, aspect } : { width, height }
}

/** As many pixels as 640 × 360 has: so large, at most, an app shows a preview. */
const SMALL = 230_400

/** What apps reserve room for, before the picture has come. */
function smallOf(width: number, height: number) {
  const scale = Math.min(1, Math.sqrt(SMALL / (width * height)))
  const small = [width, height].map((side) => Math.max(1, Math.round(side * scale)))
  const [w = 1, h = 1] = small
  return { width: w, height: h, size: `${w}x${h}`, aspect: w / h }
}
