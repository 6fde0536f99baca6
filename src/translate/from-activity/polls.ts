import { type IncomingPoll, MOST_OPTIONS } from '../../domain/polls/poll.ts'
import { cleanLine, cutText } from '../../text/clean.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { dateOf, isObject, type Json, type JsonObject, languageMapOf, objectsOf, textOf } from '../json.ts'

const LONGEST_OPTION = 500
const MOST_VOTES = 1_000_000_000

/**
 * The poll of a Question: `oneOf` or `anyOf`, Notes with a name and a count of replies. Null when there is nothing to
 * choose from.
 * @param received when it reached us: a poll that says it closes later is still open (Pleroma)
 */
export function pollOf(note: JsonObject, received: Date): IncomingPoll | null {
  const several = optionsOf(note.anyOf)
  const multiple = several.length > 0
  const options = multiple ? several : optionsOf(note.oneOf)
  if (options.length === 0) return null
  const closed = note.closed === true ? received : dateOf(note.closed)
  return {
    multiple,
    endsAt: dateOf(note.endTime) ?? closed ?? null,
    closedAt: closed !== undefined && closed <= received ? closed : null,
    voters: countOf(note.votersCount ?? note['toot:votersCount']),
    options,
  }
}

function optionsOf(value: Json | undefined): IncomingPoll['options'] {
  return objectsOf(value).slice(0, MOST_OPTIONS).flatMap(optionFrom)
}

function optionFrom(option: JsonObject): { title: string; votes: number }[] {
  const title = optionTitle(option)
  return title === '' ? [] : [{ title, votes: votesOf(option) }]
}

/** What an answer is called, the same for the poll and for the votes that name it. */
export function optionTitle(option: JsonObject): string {
  const named = textOf(option.name) ?? languageMapOf(option.nameMap)[0]?.[1]
  return cutText(cleanLine(named ?? plainTextFrom(textOf(option.content) ?? '')), LONGEST_OPTION)
}

function votesOf(option: JsonObject): number {
  const { replies } = option
  const said = isObject(replies) ? replies.totalItems : replies
  return countOf(said) ?? countOf(option._misskey_votes) ?? 0
}

function countOf(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_VOTES
    ? value
    : null
}
