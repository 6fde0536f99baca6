/** A small picture that people on another server write as `:shortcode:`. */
export interface IncomingEmoji {
  /** without colons */
  readonly shortcode: string
  readonly uri: string | null
  /** the picture */
  readonly url: string
  readonly mediaType: string | null
  readonly updatedAt: Date | null
}

/** As many as are read of one post or actor (S-107). */
export const MOST_EMOJIS = 100
