import type { Sniffed } from './sniff.ts'

/** Where a picture is: in memory, or in a file by its path. */
export type PictureSource = Uint8Array | string

/** A picture as it is kept. */
export interface Picture extends Sniffed {
  readonly bytes: Uint8Array
}

/** What is left of a picture once everything but what it shows is gone. */
export interface CleanPicture {
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
  readonly blurhash: string | null
  /** a smaller one to show in a row of others, where that is worth it */
  readonly preview: Picture | null
}

/** What is to be done with a picture. */
export type PictureTask =
  | { readonly kind: 'clean'; readonly source: PictureSource; readonly sniffed: Sniffed }
  | { readonly kind: 'small'; readonly source: Uint8Array; readonly sniffed: Sniffed }
  | {
      readonly kind: 'fitted'
      readonly source: Uint8Array
      readonly sniffed: Sniffed
      readonly size: { readonly width: number; readonly height: number }
    }

/** Empty when it cannot be done, whatever the reason. */
export interface PictureResult {
  readonly done?: CleanPicture | Picture
}
