import { Refusal, refuse } from '../../../base/refusal.ts'
import { moveAccount } from '../../../domain/accounts/move.ts'
import { type JsonObject, soleIdOf } from '../../../translate/json.ts'
import type { OutboxHandler } from './posting.ts'
import { requireScope } from './scopes.ts'
import { speak } from './speak.ts'
import { objectOf, requireActor } from './subject.ts'

/** An account goes on elsewhere, where the other one says that it is the same. */
export const move: OutboxHandler = {
  authorise: ({ bearer }) => requireScope(bearer, 'updateprofile'),
  async prepare({ parts, activity }) {
    const uri = targetOf(activity)
    const read = parts.world.uris.isOurs(uri)
      ? await parts.directory.findByUri(uri).catch(() => undefined)
      : await parts.directory.refreshActor(uri).catch(() => undefined)
    return { accounts: new Map(read && read !== 'gone' ? [[uri, read]] : []) }
  },
  async run(posting) {
    const { world, actor, activity } = posting
    if (objectOf(activity) !== actor.uri) refuse('act.not-yours')
    const uri = targetOf(activity)
    // Only what it says at this moment counts.
    if (!posting.known.accounts.has(uri)) refuse('act.not-an-actor')
    const target = await requireActor(posting, uri)
    const activityId = await speak(posting, { usual: true }, () =>
      moveAccount(world, actor, target).catch(asForbidden),
    )
    return { activityId: activityId ?? refuse('act.redundant') }
  },
}

function targetOf(activity: JsonObject): string {
  return soleIdOf(activity.target) ?? refuse('activity.no-target')
}

function asForbidden(error: unknown): never {
  const mayNot = error instanceof Refusal && /^(?:move|alias)\./.test(error.code)
  throw mayNot ? new Refusal('act.move', {}) : error
}
