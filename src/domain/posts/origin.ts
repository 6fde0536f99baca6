/** What the server of a post says of it in numbers; null where it says nothing. Shown as theirs, never relied on. */
export interface OriginCounts {
  readonly replies: number | null
  readonly likes: number | null
  readonly boosts: number | null
}
