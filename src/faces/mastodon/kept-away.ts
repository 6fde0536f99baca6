import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { Refusal, refuse } from '../../base/refusal.ts'
import { blockDomainFor, requireDomain, unblockDomainFor } from '../../domain/blocks/domain.ts'
import { acceptFollow, type FollowPair, rejectFollow } from '../../domain/follows/answer.ts'
import { findFollow } from '../../domain/follows/find.ts'
import type { World } from '../../domain/world.ts'
import { relationshipFrom } from '../../translate/to-mastodon/relationship.ts'
import { dateWord } from '../../translate/to-mastodon/words.ts'
import { listBlocked, listMuted, listRefusedDomains, listRelated } from '../../views/account-lists.ts'
import { countTies, viewRelationships } from '../../views/standings.ts'
import { textish } from '../http/param-fields.ts'
import { type Given, queryParams, readParams } from '../http/read-params.ts'
import { ACCOUNTS, accountIdIn, sendAccounts } from './account-one.ts'
import { requires, signedIn } from './auth.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'

/** Who asks to follow, and whom somebody keeps away. */
export function keptAwayRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/follow_requests', requires('read:follows'), async (req, res) => {
    const page = pageFrom(queryParams(req), ACCOUNTS)
    const asking = await listRelated(db, signedIn(req).id, 'followers', 'requested', undefined, page)
    await sendAccounts(world, req, res, asking, page)
  })
  const answer = (name: string, say: (world: World, pair: FollowPair) => Promise<void>) =>
    router.post(
      `/api/v1/follow_requests/:account_id/${name}`,
      requires('write:follows'),
      async (req, res) => {
        const pair = { followerId: accountIdIn(req, 'account_id'), followedId: signedIn(req).id }
        const follow = await findFollow(db, pair.followerId, pair.followedId)
        if (follow?.state !== 'requested') refuse('follow.not-found')
        await say(world, pair)
        const [view] = await viewRelationships(db, pair.followedId, [pair.followerId])
        res.json(relationshipFrom(view ?? refuse('account.not-found')))
      },
    )
  answer('authorize', acceptFollow)
  answer('reject', rejectFollow)

  router.get('/api/v1/blocks', requires('read:blocks'), async (req, res) => {
    const page = pageFrom(queryParams(req), ACCOUNTS)
    await sendAccounts(world, req, res, await listBlocked(db, signedIn(req).id, page), page)
  })

  router.get('/api/v1/mutes', requires('read:mutes'), async (req, res) => {
    const page = pageFrom(queryParams(req), ACCOUNTS)
    const muted = await listMuted(db, signedIn(req).id, page)
    await sendAccounts(world, req, res, muted, page, (place) => {
      const until = muted[place]?.until ?? null
      return { mute_expires_at: until === null ? null : dateWord(until) }
    })
  })

  router.get('/api/v1/domain_blocks', requires('read:blocks'), async (req, res) => {
    const page = pageFrom(queryParams(req), { usual: 100, most: 200 })
    const refused = await listRefusedDomains(db, signedIn(req).id, page)
    const [domains, keys] = [refused.map(({ domain }) => domain), refused.map(({ key }) => key)]
    sendPage(req, res, domains, endsOf(keys, page), 'since_id')
  })
  router.post('/api/v1/domain_blocks', requires('write:blocks'), async (req, res) => {
    await blockDomainFor(world, signedIn(req), domainIn(await readParams(req)))
    res.json({})
  })
  router.delete('/api/v1/domain_blocks', requires('write:blocks'), async (req, res) => {
    try {
      await unblockDomainFor(world, signedIn(req), domainIn(await readParams(req)))
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'domain.not-blocked')) throw error
    }
    res.json({})
  })
  router.get('/api/v1/domain_blocks/preview', requires('read:blocks'), async (req, res) => {
    const domain = requireDomain(world, domainIn(queryParams(req)))
    const { following, followers } = await countTies(db, signedIn(req).id, domain)
    res.json({ following_count: following, followers_count: followers })
  })

  return router
}

function domainIn(params: Given): string {
  return params.read(domainFields).domain ?? ''
}

const domainFields = z.object({ domain: textish })
