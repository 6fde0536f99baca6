import { refuse } from '../../../base/refusal.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { findAccount } from '../../../domain/accounts/find.ts'
import { reportAccount } from '../../../domain/moderation/report.ts'
import { findPostByUri } from '../../../domain/posts/find.ts'
import { plainTextFrom } from '../../../text/plain.ts'
import { idsOf, type JsonObject, textOf } from '../../../translate/json.ts'
import type { Known, OutboxHandler, Posting } from './posting.ts'
import { requireReaction } from './scopes.ts'
import { give, nobody } from './speak.ts'
import { askForThing, findActor } from './subject.ts'

/** As many are asked for at their own servers. */
const MOST_ASKED = 5

/**
 * Complains about somebody, or what they said, to those who look after this server, and through it to those who look
 * after theirs. Nobody else hears of it, whomever the app says it is for: least of all the one it is about.
 */
export const flag: OutboxHandler = {
  authorise(asking) {
    for (const uri of accusedIn(asking.activity)) requireReaction(asking, 'flag', uri)
  },
  async prepare(asking) {
    const found: Partial<Known>[] = []
    for (const uri of accusedIn(asking.activity).slice(0, MOST_ASKED))
      found.push(await askForThing(asking, uri))
    return {
      accounts: new Map(found.flatMap(({ accounts }) => [...(accounts ?? [])])),
      posts: new Map(found.flatMap(({ posts }) => [...(posts ?? [])])),
    }
  },
  async run(posting) {
    const { world, actor, activity } = posting
    const uris = accusedIn(activity)
    const target = await accusedOf(posting, uris)
    if (target.id === actor.id) refuse('act.self')
    const postUris = uris.filter((uri) => uri !== target.uri)
    const comment = plainTextFrom(textOf(activity.content) ?? textOf(activity.summary) ?? '')
    await reportAccount(world, actor, target, { postUris, comment })
    const shown = { to: [world.uris.instanceActor], cc: [] }
    return give(posting, { audience: { ...nobody, shown } })
  },
}

function accusedIn(activity: JsonObject): readonly string[] {
  const uris = idsOf(activity.object)
  return uris.length > 0 ? uris : refuse('activity.no-object')
}

/** The account that is named, or else whose post is. */
async function accusedOf(posting: Posting, uris: readonly string[]): Promise<Account> {
  for (const uri of uris) {
    const account = await findActor(posting, uri)
    if (account) return account
  }
  for (const uri of uris) {
    const post = posting.known.posts.get(uri) ?? (await findPostByUri(posting.tx, uri))
    const author = post && (await findAccount(posting.tx, post.accountId))
    if (author) return author
  }
  return refuse('act.object-unknown')
}
