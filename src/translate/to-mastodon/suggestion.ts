import type { MastodonAccount } from './account.ts'

type Source = 'featured' | 'friends_of_friends' | 'similar_to_recently_followed' | 'most_interactions'

/** The words of the time before there could be several reasons; not all of them fit. */
const OLD: Readonly<Record<Source, 'staff' | 'past_interactions' | 'global'>> = {
  featured: 'staff',
  friends_of_friends: 'past_interactions',
  similar_to_recently_followed: 'past_interactions',
  most_interactions: 'global',
}

/** Somebody whom the reader may want to follow, and why. */
export function suggestionFrom(sources: readonly Source[], account: MastodonAccount) {
  return { source: OLD[sources[0] ?? 'most_interactions'], sources, account }
}
