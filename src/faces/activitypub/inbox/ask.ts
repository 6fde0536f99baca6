import { Refusal } from '../../../base/refusal.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { findAccountByUri } from '../../../domain/accounts/find.ts'
import { forgetAccount } from '../../../domain/accounts/forget.ts'
import type { World } from '../../../domain/world.ts'
import type { JobHandler } from '../../../jobs/outcomes.ts'
import { activityFrom } from '../../../translate/from-activity/activity.ts'
import { incomingFrom } from '../../../translate/from-activity/note.ts'
import type { JsonObject } from '../../../translate/json.ts'
import { act, settled } from './act.ts'
import type { Ask, Hear } from './process.ts'
import { readActivity } from './read.ts'

/** What asking other servers takes; `remote/` fills it. Each may throw a Transient, and the job comes again later. */
export interface Asking {
  /** the post as its own server gives it; `gone` when that says it is no more; undefined when it cannot be believed */
  post(uri: string): Promise<JsonObject | 'gone' | undefined>
  /** reads an actor anew at its home; `gone` when that says so */
  refreshActor(uri: string): Promise<Account | 'gone' | undefined>
}

/** The job `ask`: asks first, then lets the activity take effect like any other. */
export function askHandler(world: World, asking: Asking, hear: Hear): JobHandler {
  return async (payload) => {
    const { body, receivedAt } = payload as Ask
    hear('ask', await take(world, asking, body, new Date(receivedAt)).catch(settled))
  }
}

async function take(world: World, asking: Asking, body: string, at: Date): Promise<string> {
  const activity = activityFrom(body)
  const known = await findAccountByUri(world.db, activity.actor)
  const reading = readActivity(activity, { at, followersUrl: known?.followersUrl ?? null })
  if (reading.kind === 'ask' && reading.about === 'post') return takePost(world, asking, reading.uri, at)
  if (reading.kind === 'ask' && reading.about === 'actor') {
    return (await asking.refreshActor(reading.uri)) ? 'refreshed' : 'unknown actor'
  }
  if (reading.kind === 'ask') return takeGone(world, asking, reading.uri)
  const actor = await world.directory.findByUri(activity.actor)
  return actor ? act(world, actor, reading) : 'unknown actor'
}

/** A post that came by other hands, or as its id: only what its own server says of it counts. */
async function takePost(world: World, asking: Asking, uri: string, at: Date): Promise<string> {
  if (world.uris.isOurs(uri)) return 'ours'
  const note = await asking.post(uri)
  if (note === 'gone' || note === undefined) return 'not to be had'
  const incoming = incomingFrom(note, at)
  const author = await world.directory.findByUri(incoming.authorUri)
  if (!author || author.local) return 'unknown author'
  return act(world, author, { kind: 'edit', incoming })
}

/** An actor said to be gone is forgotten only if its home agrees. */
async function takeGone(world: World, asking: Asking, uri: string): Promise<string> {
  const known = await findAccountByUri(world.db, uri)
  if (!known || known.local) return 'unknown actor'
  const answer = await asking.refreshActor(uri).catch((error: unknown) => {
    if (error instanceof Refusal) return undefined
    throw error
  })
  if (answer !== 'gone') return 'still there'
  await forgetAccount(world, known)
  return 'forgotten'
}
