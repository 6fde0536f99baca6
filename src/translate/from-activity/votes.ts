import { isObject, type JsonObject } from '../json.ts'
import type { ReadActivity } from './activity.ts'
import { isVote, parentOf } from './note.ts'
import { optionTitle } from './polls.ts'

/** Choices that one activity makes in one poll. */
export interface ReadVotes {
  /** the Question's id */
  readonly pollUri: string
  /** the answers by their words */
  readonly choices: readonly string[]
}

const MOST_CHOICES = 500

/**
 * The votes of a Create: one Note with a name for each choice, or several at once (GoToSocial). Undefined when it holds
 * anything else as well, or votes in several polls.
 */
export function votesIn(activity: ReadActivity): ReadVotes | undefined {
  const notes = activity.objects.filter((object): object is JsonObject => isObject(object))
  if (notes.length === 0 || notes.length !== activity.objects.length || !notes.every(isVote)) return undefined
  const polls = new Set(notes.map((note) => parentOf(note.inReplyTo)))
  const [pollUri] = polls
  if (polls.size !== 1 || pollUri === null || pollUri === undefined) return undefined
  return { pollUri, choices: [...new Set(notes.slice(0, MOST_CHOICES).map(optionTitle))] }
}
