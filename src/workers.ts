import { join } from 'node:path'
import { forgetChanges } from './db/changes.ts'
import { listen } from './db/listen.ts'
import { forgetKeys } from './domain/accounts/delete.ts'
import { forgetUnconfirmed } from './domain/accounts/registration.ts'
import { recheckLinks } from './domain/accounts/verify-links.ts'
import { forgetPassing } from './domain/activities/forget.ts'
import { forgetOnces } from './domain/activities/once.ts'
import { endMutes } from './domain/blocks/mute.ts'
import { forgetCrawls } from './domain/crawls/forget.ts'
import { sweepEvents } from './domain/events/listeners.ts'
import { sweepTickets } from './domain/events/tickets.ts'
import { forgetGrants } from './domain/grants/forget.ts'
import { forgetClients } from './domain/grants/register-client.ts'
import { forgetTexts } from './domain/inboxes/texts.ts'
import { trimInboxes } from './domain/inboxes/trim.ts'
import { noticeReturn } from './domain/instance/return.ts'
import { forgetCounts } from './domain/limits/forget.ts'
import { failLostFiles } from './domain/media/unready.ts'
import { forgetTombstones } from './domain/posts/remove.ts'
import { forgetPages } from './domain/previews/show.ts'
import { forgetEchoes } from './domain/reactions/undo.ts'
import { publishDue } from './domain/scheduled/publish-due.ts'
import type { ScheduledJob } from './domain/scheduled/scheduled.ts'
import { forgetPlaces } from './domain/search/places.ts'
import { trimHomes } from './domain/timelines/fan-out.ts'
import { askForTrends, countTrends } from './domain/trends/count.ts'
import { effectJobs } from './effects/handlers.ts'
import { askHandler } from './faces/activitypub/inbox/ask.ts'
import { type Hear, inboxHandler } from './faces/activitypub/inbox/process.ts'
import { quoteHandler } from './faces/activitypub/inbox/verify-quote.ts'
import { queueInstruments } from './faces/http/queue-metrics.ts'
import { createOutgoing } from './federation/outgoing.ts'
import { createSender } from './federation/send.ts'
import type { House } from './house.ts'
import { createRunner, type Runner } from './jobs/runner.ts'
import { filmHandler, filmLimits } from './media/ready.ts'
import { clearTemporary } from './media/temporary.ts'
import { removeStrayFiles } from './media/upload.ts'
import { actorJobs } from './remote/actor-jobs.ts'
import { createCrawler } from './remote/crawl/crawler.ts'
import { createPictureFetcher, emojiHandler } from './remote/emojis.ts'
import { followersJob } from './remote/followers.ts'
import { logoHandler } from './remote/logos.ts'
import { mailHandler } from './remote/mail/mail-job.ts'
import { pollHandler } from './remote/polls.ts'
import { previewHandler } from './remote/previews.ts'
import { pushHandler } from './remote/push/handler.ts'
import { softwareChore } from './remote/software.ts'
import { createVisitor } from './remote/visitor.ts'
import type { AppParts } from './server.ts'

/** Joins what is done in the background, by whichever processes work, to a house. */
export function createWorkers(parts: AppParts, house: House): Runner {
  const { workerDb, queueDb, slot, log, instruments, databaseUrl } = parts
  const world = { ...house.world, db: workerDb }
  const hear: Hear = (type, outcome) => {
    instruments.countIntake(wordFor(outcome))
    log.debug('{type} from elsewhere: {outcome}', { type, outcome })
  }
  const uploads = join(parts.config.dataDir, 'uploads')
  return createRunner({
    db: queueDb,
    slot,
    clock: world.clock,
    jobs: {
      ...effectJobs(world),
      ask: askHandler(world, house.directory, hear),
      followers: followersJob(world, house.fetcher),
      quote: quoteHandler(world, house.directory, hear),
      poll: pollHandler(world, house.directory),
      preview: previewHandler(world, house.directory, house),
      push: pushHandler({ world, config: parts.config, dispatcher: house.dispatcher }),
      mail: mailHandler({ world, config: parts.config, log }),
      scheduled: (payload) => publishDue(world, (payload as ScheduledJob).scheduledId),
      trends: () => countTrends(world),
      film: filmHandler({ ...house, world, folder: uploads }),
      emoji: emojiHandler(world, createPictureFetcher({ ...house, ...world }), house.storage),
      logo: logoHandler(world, createPictureFetcher({ ...house, ...world }), house.storage),
      actor: actorJobs({
        world,
        fetcher: house.fetcher,
        directory: house.directory,
        visitor: createVisitor({ dispatcher: house.dispatcher, uris: world.uris, clock: world.clock }),
      }),
    },
    heavyJobs: { film: filmLimits },
    lanes: inboxHandler(world, hear),
    chores: [
      () => trimHomes(world),
      () => trimInboxes(world),
      () => forgetTexts(world),
      () => forgetTombstones(world),
      () => forgetCrawls(world),
      () => failLostFiles(world),
      () => removeStrayFiles(world, house.storage),
      () => clearTemporary(uploads),
      () => endMutes(world),
      () => recheckLinks(world),
      () => noticeReturn(world),
      softwareChore({ ...house, ...world }),
      () => forgetPages(world),
      () => forgetKeys(world),
      () => forgetUnconfirmed(world),
      () => forgetPassing(world),
      () => forgetOnces(world),
      () => forgetEchoes(world),
      () => sweepEvents(world),
      () => sweepTickets(world),
      () => askForTrends(world),
      () => forgetGrants(world),
      () => forgetClients(world),
      () => forgetCounts(world),
      () => forgetChanges(world),
      () => forgetPlaces(world),
    ],
    errands: createCrawler({ world, fetcher: house.fetcher, log }),
    send: createSender({
      dispatcher: house.dispatcher,
      userAgent: house.userAgent,
      activity: createOutgoing(workerDb, world.uris),
      signingKey: house.signingKey,
      blocks: house.domains.blocks,
    }),
    instruments: queueInstruments(instruments),
    listen: (onMessage) => listen(databaseUrl, ['jobs'], (_channel, payload) => onMessage(payload), { log }),
    log,
  })
}

/** Labels of metrics are few and fixed words; whatever else an outcome says is for the log. */
function wordFor(outcome: string): string {
  return /^[a-z]+(?:[ -][a-z]+)*$/.test(outcome) ? outcome : 'other'
}
