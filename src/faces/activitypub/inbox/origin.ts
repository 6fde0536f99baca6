import { Refusal } from '../../../base/refusal.ts'
import { isOpen } from '../../../base/visibility.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { findAccount, findAccountByUri } from '../../../domain/accounts/find.ts'
import { forgetAccount } from '../../../domain/accounts/forget.ts'
import { type IncomingEdit, receiveEdits } from '../../../domain/posts/edit.ts'
import { findPostByAddress, findPostByUri } from '../../../domain/posts/find.ts'
import { noteOrigin } from '../../../domain/posts/found.ts'
import type { Incoming } from '../../../domain/posts/post.ts'
import { receivePosts } from '../../../domain/posts/receive.ts'
import { receiveDelete } from '../../../domain/posts/remove.ts'
import type { World } from '../../../domain/world.ts'
import { incomingFrom } from '../../../translate/from-activity/note.ts'
import type { Asking, Reading } from './reading.ts'

/** A post that came by other hands, or as its id: only what its own server says of it counts. */
export function askForPost(uri: string, at: Date): Reading {
  return { kind: 'ask', ask: (world, asking) => takeFromOrigin(world, asking, uri, at) }
}

/** Fetches a post from its own server and takes it as if its author had just sent it. */
export async function takeFromOrigin(world: World, asking: Asking, uri: string, at: Date): Promise<string> {
  if (world.uris.isOurs(uri)) return 'ours'
  const note = await asking.post(uri)
  if (note === 'gone') return dropGone(world, uri)
  if (note === undefined) return 'not to be had'
  const incoming = incomingFrom(note, at)
  const author = await world.directory.findByUri(incoming.authorUri)
  if (!author || author.local) return 'unknown author'
  return takeEdit(world, author, incoming)
}

/**
 * A post that is said to be gone by somebody whose it is not: it is so if its own server says so, with 410, a Tombstone or
 * 404 (S-031). Asked about what is known only, and no server often: whoever says it makes us ask.
 */
export function askWhetherPostIsGone(uri: string): Reading {
  return {
    kind: 'ask',
    async ask(world, asking) {
      const known = await findPostByUri(world.db, uri)
      if (!known || known.local || !isOpen(known.visibility)) return 'not theirs to delete'
      return (await asking.isGone?.(uri)) ? dropGone(world, uri) : 'still there'
    },
  }
}

/** A post whose own server says that it is gone is gone here, too. */
async function dropGone(world: World, uri: string): Promise<string> {
  const known = await findPostByAddress(world.db, uri)
  const author = known && !known.local ? await findAccount(world.db, known.accountId) : undefined
  return author ? receiveDelete(world, author, uri) : 'not to be had'
}

/** An edit of what we never saw is news: the Create may have been lost, or be still on its way. */
export async function takeEdit(
  world: World,
  author: Account,
  incoming: Incoming,
  activityUri?: string,
): Promise<string> {
  const [outcome = 'unrelated'] = await takeEdits(world, [{ author, incoming, activityUri }])
  return outcome
}

/** The same for many at once. */
export async function takeEdits(world: World, edits: readonly IncomingEdit[]): Promise<string[]> {
  const outcomes = await receiveEdits(world, edits)
  const words: string[] = []
  for (const [index, { author, incoming }] of edits.entries()) {
    const outcome = outcomes[index] ?? 'unknown'
    // What its server counts is news whether or not a word has changed.
    if (outcome !== 'not-yours') await noteOrigin(world, incoming.uri, incoming.remoteCounts, null)
    if (outcome === 'not-yours') words.push('refused: post.not-yours')
    else if (outcome !== 'unknown') words.push(outcome)
    else words.push((await receivePosts(world, [{ incoming, author }]))[0] ?? 'unrelated')
  }
  return words
}

/** An actor that has changed is read anew at its home, whatever the activity says of it. */
export function askForActor(uri: string): Reading {
  return {
    kind: 'ask',
    ask: async (_world, asking) => ((await asking.refreshActor(uri)) ? 'refreshed' : 'unknown actor'),
  }
}

/** An actor said to be gone is forgotten only if its home agrees. */
export function askWhetherGone(uri: string): Reading {
  return {
    kind: 'ask',
    async ask(world, asking) {
      const known = await findAccountByUri(world.db, uri)
      if (!known || known.local) return 'unknown actor'
      const answer = await asking.refreshActor(uri).catch((error: unknown) => {
        if (error instanceof Refusal) return undefined
        throw error
      })
      if (answer !== 'gone') return 'still there'
      await forgetAccount(world, known)
      return 'forgotten'
    },
  }
}

/** What stands in an activity where a post is expected: groups pass on whole activities (FEP-1b12). */
const ACTIVITIES = new Set(
  'Create Update Delete Like EmojiReact Dislike Announce Undo Add Remove Block Flag Lock Follow Accept Reject Move'.split(
    ' ',
  ),
)

export function isActivityType(type: string): boolean {
  return ACTIVITIES.has(type)
}
