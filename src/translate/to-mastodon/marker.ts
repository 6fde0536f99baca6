import type { Marker } from '../../domain/markers/find.ts'
import { dateWord } from './words.ts'

export interface MastodonMarker {
  readonly last_read_id: string
  readonly version: number
  readonly updated_at: string
}

/** Each by the name of its timeline. */
export function markersFrom(markers: readonly Marker[]): Readonly<Record<string, MastodonMarker>> {
  return Object.fromEntries(
    markers.map(({ timeline, lastReadId, version, updatedAt }) => [
      timeline,
      { last_read_id: lastReadId, version, updated_at: dateWord(updatedAt) },
    ]),
  )
}
