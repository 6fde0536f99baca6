import { createHash } from 'node:crypto'
import type { World } from '../world.ts'
import { deletePlaces, nearestPlace, putPlaces, type SearchKey, type SearchPlace } from './places-store.ts'

export type { SearchKey, SearchPlace }

/** As long as anybody goes on reading. */
const KEPT_MS = 15 * 60_000

type Kept = Pick<World, 'db' | 'clock'>

/** A number for all that is looked for: the same for the same, in every process. */
export function searchNumber(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readBigInt64BE().toString()
}

/**
 * Where somebody is in what they found. Apps ask for the next page by how many came before, which says nothing once others
 * have come in between or are gone: so it is kept behind which post each page ended, for all processes.
 */
export async function findPlace(
  { db, clock }: Kept,
  key: SearchKey,
  offset: number,
): Promise<SearchPlace | undefined> {
  return nearestPlace(db, key, offset, clock.now())
}

/** @param anew whether the list is read from its beginning */
export async function keepPlaces(
  { db, clock }: Kept,
  key: SearchKey,
  places: readonly SearchPlace[],
  anew: boolean,
): Promise<void> {
  await putPlaces(db, key, places, new Date(clock.now().getTime() + KEPT_MS), anew)
}

const AT_ONCE = 5000
const MOST_ROUNDS = 20

/** Forgets where nobody goes on. Run now and then. */
export async function forgetPlaces({ db, clock }: Kept): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if ((await deletePlaces(db, clock.now(), AT_ONCE)) < AT_ONCE) return
  }
}
