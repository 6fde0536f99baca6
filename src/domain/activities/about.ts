/** What an activity is about, by which lists of activities are narrowed: kept beside it, so that no list reads it whole. */
export interface About {
  readonly uri: string | null
  /** as they stand in it */
  readonly types: readonly string[]
}

const LONGEST_URI = 2048
const LONGEST_TYPE = 100
const MOST_TYPES = 10

/** @param body JSON of ours */
export function aboutIn(body: string): About {
  const { object } = JSON.parse(body) as { object?: unknown }
  if (typeof object === 'string') return { uri: shortUri(object), types: [] }
  if (typeof object !== 'object' || object === null) return { uri: null, types: [] }
  const { id, type } = object as { id?: unknown; type?: unknown }
  const types = [type].flat().filter((one) => typeof one === 'string')
  return {
    uri: shortUri(id),
    types: types.filter((one) => one.length <= LONGEST_TYPE && /^\S+$/.test(one)).slice(0, MOST_TYPES),
  }
}

function shortUri(id: unknown): string | null {
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_URI ? id : null
}
