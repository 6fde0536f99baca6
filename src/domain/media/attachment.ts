import type { AccountId, AttachmentId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { AttachmentKind, FileFailure, UnreadyKind } from '../../db/tables/content.ts'

export type { AttachmentKind, FileFailure, UnreadyKind }

/** As many as are kept of one post, whoever it is by. */
export const MOST_ATTACHMENTS = 20

/** Something to see or hear that belongs to a post: where it is and what is known of it. */
export interface Attached {
  readonly kind: AttachmentKind
  readonly url: string
  readonly mediaType: string | null
  /** for those who cannot see or hear it; plain text, '' when there is none */
  readonly description: string
  readonly blurhash: string | null
  /** the spot that must stay visible, from -1 to 1, right and up being positive */
  readonly focus: { readonly x: number; readonly y: number } | null
  /** in pixels */
  readonly width: number | null
  readonly height: number | null
  /** in seconds */
  readonly duration: number | null
  /** a still picture of it */
  readonly previewUrl: string | null
}

/** A file of ours, stored and ready to be posted. */
export interface StoredFile extends Attached {
  /** its name in the media storage */
  readonly file: string
  /** the name of a smaller picture of it, where there is one */
  readonly previewFile: string | null
  /** for whom it is before it is posted; for its owner alone when left out */
  readonly audience?: FileAudience
  /** what its owner's app says of it in other words than ours */
  readonly shell?: Readonly<Record<string, unknown>>
}

/** A film or sound that was handed in, before anything is made of it. */
export interface UnreadyFile extends Pick<StoredFile, 'description' | 'focus' | 'audience' | 'shell'> {
  /** what it seems to become */
  readonly kind: UnreadyKind
  /** its name in the media storage */
  readonly source: string
}

/** One try to make it ready; whoever begins another ends it. */
export interface Round extends Pick<UnreadyFile, 'kind' | 'source'> {
  readonly id: AttachmentId
  readonly round: number
}

/** What was made of it. */
export type MadeFile = Omit<StoredFile, 'description' | 'focus' | 'audience' | 'shell'>

/** For whom a file is that is not posted. */
export interface FileAudience {
  readonly visibility: Visibility
  /** whom it names, those that nobody may know of among them */
  readonly readerIds: readonly AccountId[]
}

/** An attachment as it stands in the database. */
export interface KeptAttachment extends Attached {
  readonly id: AttachmentId
}
