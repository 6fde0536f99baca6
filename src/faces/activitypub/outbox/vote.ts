import { refuse } from '../../../base/refusal.ts'
import { findAccount } from '../../../domain/accounts/find.ts'
import { giveActivity } from '../../../domain/activities/give.ts'
import { findOptions, findPoll } from '../../../domain/polls/find.ts'
import { vote } from '../../../domain/polls/vote.ts'
import { findPostByUri, findVisible, type KnownPost } from '../../../domain/posts/find.ts'
import { choiceOf } from '../../../translate/from-activity/posted-note.ts'
import type { JsonObject } from '../../../translate/json.ts'
import type { Posted, Posting } from './posting.ts'
import { nobody, speak } from './speak.ts'

/** The post that asks, if there is one with this id that they may see. */
export async function findPollOf({ tx, actor }: Posting, uri: string | null): Promise<KnownPost | undefined> {
  const known = uri === null ? undefined : await findPostByUri(tx, uri)
  const post = known && (await findVisible(tx, known.id, { accountId: actor.id }))
  return post && (await findPoll(tx, post.id)) ? post : undefined
}

/** Chooses one answer, which nobody but whoever asked is told, whatever the app says. */
export async function voteIn(posting: Posting, poll: KnownPost, note: JsonObject): Promise<Posted> {
  const { world, tx, actor, id } = posting
  const choice = choiceOf(note)
  const place = (await findOptions(tx, poll.id)).find(({ title }) => title === choice)?.position
  if (place === undefined) refuse('poll.choice')
  const author = await findAccount(tx, poll.accountId)
  const audience = author ? { ...nobody, to: [author], shown: { to: [author.uri], cc: [] } } : nobody
  const { object: _object, ...words } = posting.activity
  const told = await speak(posting, { audience, words }, () => vote(world, actor, poll.id, [place], true))
  if (told) return { activityId: told }
  // Of a vote in a poll of ours nobody is told, so that it stays between the two.
  const object = {
    id: `${actor.uri}#votes/${id}`,
    type: 'Note',
    name: choice,
    attributedTo: actor.uri,
    inReplyTo: poll.uri,
    published: world.clock.now().toISOString(),
    ...audience.shown,
  }
  const given = { activityId: id, accountId: actor.id, kind: 'Create' }
  const kept = await speak(posting, { audience, words: { ...words, object } }, () =>
    giveActivity(world, given),
  )
  return { activityId: kept ?? refuse('act.redundant') }
}
