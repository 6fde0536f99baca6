/** Words that somebody's app has put into HTML itself. */
export interface Written {
  /** sanitised */
  readonly html: string
  /** what was typed, as far as the app says */
  readonly source: string | null
  /** media type of `source` */
  readonly sourceType: string | null
  /** the same in each language, sanitised, by BCP 47 tag; null where it speaks one alone */
  readonly contentMap: Readonly<Record<string, string>> | null
}

/** What an app says in other words than ours; they stand in the post's document as they came. */
export type Extension = Readonly<Record<string, unknown>>
