import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { findAccount } from '../domain/accounts/find.ts'
import type { ActorJob } from '../domain/accounts/jobs.ts'
import { type LinksBack, verifyLinks } from '../domain/accounts/verify-links.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import type { RemoteDirectory } from './directory.ts'
import { type FeatureParts, readFeatures } from './features.ts'
import { canonicalAddress, relMeLinks } from './rel-me.ts'
import type { Visitor } from './visitor.ts'

export interface ActorJobParts extends FeatureParts {
  readonly directory: RemoteDirectory
  /** goes to pages for people */
  readonly visitor: Visitor
}

/**
 * The job `actor`. A server that cannot be had now is not asked again: the next use of the account will, a day later at
 * the earliest.
 */
export function actorJobs(parts: ActorJobParts): JobHandler {
  const linksBack: LinksBack = async (address, ours) => {
    const links = await relMeLinks(parts.visitor, address)
    return ours.some((uri) => links.has(canonicalAddress(uri) ?? ''))
  }
  return async (payload) => {
    const { what, accountId } = payload as ActorJob
    const account = await findAccount(parts.world.db, accountId)
    if (!account) return
    if (what === 'refresh' && !account.local) {
      const found = await parts.directory.refreshActor(account.uri).catch(undefinedIfAway)
      if (found === undefined || found === 'gone') return
    }
    if (what !== 'links' && !account.local) await readFeatures(parts, account)
    if (what !== 'features') await verifyLinks(parts.world, account, linksBack)
  }
}

function undefinedIfAway(error: unknown): undefined {
  if (error instanceof Refusal || error instanceof Transient) return undefined
  throw error
}
