import type { AccountJob } from '../domain/accounts/jobs.ts'
import { purgeAccount } from '../domain/accounts/purge.ts'
import { refollow } from '../domain/accounts/refollow.ts'
import type { InboxFanOut, InboxWriting } from '../domain/inboxes/enter.ts'
import { type Severing, sever } from '../domain/moderation/domains.ts'
import { fanOutMore, type HomeFanOut } from '../domain/timelines/fan-out.ts'
import type { World } from '../domain/world.ts'
import type { EffectName } from '../facts/consequences.ts'
import type { Effect } from '../facts/record.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import { type DeliverParts, deliver, expand } from './deliver.ts'
import { documents } from './documents.ts'
import { andTell, events } from './events.ts'
import { askForHistory, history } from './history.ts'
import { inboxes, inboxJob } from './inboxes.ts'
import { notify } from './notify.ts'
import { previews } from './previews.ts'
import { search, searchJob } from './search.ts'
import { timelines } from './timelines.ts'

/** One function for each effect that `facts/consequences.ts` names. */
export function createEffects(
  world: Pick<World, 'ids' | 'uris' | 'clock' | 'limits'> & Pick<DeliverParts, 'seal'>,
): Readonly<Record<EffectName, Effect>> {
  return {
    timelines: timelines(world),
    notify: notify(world),
    deliver: deliver(world),
    inboxes: inboxes(world),
    documents: documents(world.uris),
    history,
    previews: previews(world),
    search: search(world),
    events: events(world),
  }
}

/** The jobs that effects leave behind when their work is too large for a transaction. */
export function effectJobs(
  world: World,
): Readonly<Record<'deliver' | 'home' | 'inbox' | 'history' | 'account' | 'sever' | 'search', JobHandler>> {
  return {
    deliver: expand(world),
    history: askForHistory(world),
    search: searchJob(world),
    account: (payload, signal) => accountJob(world, payload as AccountJob, signal),
    sever: (payload, signal, save) =>
      sever(world, payload as Severing, async (next) => {
        await save(next)
        signal.throwIfAborted()
      }),
    inbox: (payload) => inboxJob(world, payload as InboxFanOut | InboxWriting),
    home: (payload) => {
      const more = payload as HomeFanOut
      return andTell(world, (within) => fanOutMore(within, more), [more.postId])
    },
  }
}

function accountJob(world: World, job: AccountJob, signal: AbortSignal): Promise<void> {
  return job.what === 'purge' ? purgeAccount(world, job.accountId, signal) : refollow(world, job, signal)
}
