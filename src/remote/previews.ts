import { handleFrom } from '../base/handles.ts'
import type { AccountId } from '../base/ids.ts'
import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { findAttributionDomains } from '../domain/previews/find.ts'
import type { PageCard } from '../domain/previews/preview.ts'
import { choosePages, keepPage, type PreviewErrand } from '../domain/previews/show.ts'
import type { World } from '../domain/world.ts'
import { enqueue } from '../jobs/enqueue.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import type { RemoteDirectory } from './directory.ts'
import { type ReadPage, readPage } from './pages.ts'
import { createRobots } from './robots.ts'
import { createVisitor, type VisitorOptions } from './visitor.ts'

/** What this software is called in `robots.txt`. */
const ROBOT = 'Weft'

/** The job `preview`: finds out what the page is that a post links to, once for all posts that link to it. */
export function previewHandler(
  world: World,
  directory: Pick<RemoteDirectory, 'find' | 'refreshActor'>,
  options: Pick<VisitorOptions, 'dispatcher'>,
): JobHandler {
  const visitor = createVisitor({ ...options, uris: world.uris, clock: world.clock })
  const robots = createRobots(visitor, ROBOT)

  return async (payload) => {
    const errand = payload as PreviewErrand
    const due = 'page' in errand ? [errand.page] : await choosePages(world, errand.postIds)
    const [page, ...others] = due
    await enqueue(
      world.db,
      others.map((other) => ({ kind: 'preview', payload: { page: other } satisfies PreviewErrand })),
    )
    if (!page) return
    const read = await readPage(visitor, robots, page.url).catch(undefinedIfNotHad)
    await keepPage(world, page, read ? await cardFrom(read) : null)
  }

  async function cardFrom(read: ReadPage): Promise<PageCard> {
    return {
      ...read.card,
      creatorId: await creatorOf(read)
        .catch(undefinedIfNotHad)
        .then((id) => id ?? null),
    }
  }

  /** Anybody can name anybody: who is named must list the page's domain as one that may. */
  async function creatorOf({ creator, host }: ReadPage): Promise<AccountId | undefined> {
    const handle = creator === '' ? undefined : handleFrom(creator)
    const account = handle && (await directory.find(handle))
    if (!account) return undefined
    if (isAmong(host, await findAttributionDomains(world.db, account.id))) return account.id
    if (account.local) return undefined
    // They may have said so since we last read who they are.
    const again = await directory.refreshActor(account.uri)
    if (!again || again === 'gone') return undefined
    return isAmong(host, await findAttributionDomains(world.db, again.id)) ? again.id : undefined
  }
}

/** A domain stands for those below it, too, as on Mastodon. */
function isAmong(host: string, domains: readonly string[]): boolean {
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
}

/** No preview is worth asking again and again: whoever links to the page next lets it be asked anew. */
function undefinedIfNotHad(error: unknown): undefined {
  if (error instanceof Refusal || error instanceof Transient) return undefined
  throw error
}
