import type { ActivityId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import type { JsonObject } from '../json.ts'
import { plainContext } from './context.ts'

export interface VoteParts {
  readonly voterUri: string
  /** who asks: nobody else is told */
  readonly authorUri: string
  readonly pollUri: string
  /** the answer in the poll's own words */
  readonly choice: string
  readonly at: Date
}

/** One choice in somebody's poll: a Note with a name and nothing said, for whoever asked alone. */
export function voteFrom(id: ActivityId, vote: VoteParts, uris: Uris): JsonObject {
  const published = vote.at.toISOString()
  const to = [vote.authorUri]
  return {
    '@context': plainContext,
    id: uris.activity(id),
    type: 'Create',
    actor: vote.voterUri,
    published,
    to,
    cc: [],
    object: {
      id: `${vote.voterUri}#votes/${id}`,
      type: 'Note',
      name: vote.choice,
      attributedTo: vote.voterUri,
      inReplyTo: vote.pollUri,
      published,
      to,
      cc: [],
    },
  }
}
