import type { Account } from '../../../domain/accounts/account.ts'
import { findAccount, findAccountsByUris } from '../../../domain/accounts/find.ts'
import { type IncomingReport, LONGEST_COMMENT, receiveReport } from '../../../domain/moderation/report.ts'
import { findPostsByUris } from '../../../domain/posts/find.ts'
import type { World } from '../../../domain/world.ts'
import { plainTextFrom } from '../../../text/plain.ts'
import type { ReadActivity } from '../../../translate/from-activity/activity.ts'
import { hostOf, idOf, textOf } from '../../../translate/json.ts'
import { effect, nothing, type Reading } from './reading.ts'

const MOST_OBJECTS = 100

/**
 * Flag: another server complains. It names accounts and posts in any order (Mastodon the account first, Misskey only
 * the account, with addresses in its text, Pleroma posts as whole objects); each account of ours among them, or else
 * the author of a post of ours, makes a report. Posts that are not known are kept by their ids.
 */
export function readFlag(activity: ReadActivity): Reading {
  const uris = activity.objects
    .slice(0, MOST_OBJECTS)
    .map((object) => idOf(object))
    .filter((uri) => uri !== undefined)
  if (uris.length === 0) return nothing('it complains of nothing')
  const text = textOf(activity.raw.content) ?? textOf(activity.raw.summary) ?? ''
  const comment = (/<[a-z]/i.test(text) ? plainTextFrom(text) : text).trim().slice(0, LONGEST_COMMENT)
  const host = hostOf(activity.actor) ?? ''
  return effect(async (world, actor) => {
    if (actor.local || actor.suspended) return 'not from elsewhere'
    const { targets, postUris } = await sorted(world, uris)
    if (targets.length === 0) return 'nobody here'
    const words = []
    for (const [at, target] of targets.entries()) {
      // Each report has an id of its own, also where one Flag makes several.
      const uri = at === 0 ? activity.id : `${activity.id}#${target.id}`
      words.push(
        await receiveReport(world, actor, target, { uri, host, comment, postUris } satisfies IncomingReport),
      )
    }
    return words[0] ?? 'nobody here'
  })
}

const MOST_TARGETS = 5

/** Whom of ours it is about, and what else it names. */
async function sorted(
  world: World,
  uris: readonly string[],
): Promise<{ targets: Account[]; postUris: string[] }> {
  const accounts = await findAccountsByUris(world.db, uris)
  const posts = await findPostsByUris(world.db, uris)
  const named = [...accounts.values()].filter(isPersonHere)
  const postUris = uris.filter((uri) => !accounts.has(uri))
  if (named.length > 0) return { targets: named.slice(0, MOST_TARGETS), postUris }
  const authors = [
    ...new Set([...posts.values()].filter(({ local }) => local).map(({ accountId }) => accountId)),
  ]
  const found = await Promise.all(authors.slice(0, MOST_TARGETS).map((id) => findAccount(world.db, id)))
  return { targets: found.filter((account) => account !== undefined).filter(isPersonHere), postUris }
}

function isPersonHere(account: Account): boolean {
  return account.local && account.kind !== 'application'
}
