import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { AccountId } from '../../base/ids.ts'
import { Refusal, type RefusalCode, refuse } from '../../base/refusal.ts'
import type { Account, LocalAccount } from '../../domain/accounts/account.ts'
import { blockAccount, unblockAccount } from '../../domain/blocks/block.ts'
import { muteAccount, unmuteAccount } from '../../domain/blocks/mute.ts'
import { endorseAccount, unendorseAccount } from '../../domain/endorsements/endorse.ts'
import { rejectFollow, undoFollow } from '../../domain/follows/answer.ts'
import { followInPart } from '../../domain/follows/choose.ts'
import type { Need } from '../../domain/grants/scopes.ts'
import { remarkOn } from '../../domain/remarks/remark.ts'
import { relationshipFrom } from '../../translate/to-mastodon/relationship.ts'
import { viewRelationships } from '../../views/standings.ts'
import { booleanish, idsOf, integerish, listOf, textish } from '../http/param-fields.ts'
import { type Given, queryParams, readParams } from '../http/read-params.ts'
import { accountIdIn, requireAccount } from './account-one.ts'
import { requires, signedIn } from './auth.ts'
import type { MastodonParts } from './parts.ts'
import { languageFrom } from './status-fields.ts'

const MOST_AT_ONCE = 100

/** How somebody stands to others, and what changes it: follows, blocks and mutes. */
export function relationshipRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/accounts/relationships', requires('read:follows'), async (req, res) => {
    const { id: ids = [] } = queryParams(req).read(idFields)
    const views = await viewRelationships(db, signedIn(req).id, [...new Set(ids)])
    res.json(views.map(relationshipFrom))
  })

  /** Does something about an account, and answers how the two stand then. */
  const act = (
    name: string,
    need: Need,
    change: (me: LocalAccount, other: Account, params: Given) => Promise<unknown>,
  ) =>
    router.post(`/api/v1/accounts/:id/${name}`, requires(need), async (req, res) => {
      const [me, other] = [signedIn(req), await requireAccount(world, accountIdIn(req))]
      await change(me, other, await readParams(req))
      const [view] = await viewRelationships(db, me.id, [other.id])
      res.json(relationshipFrom(view ?? refuse('account.not-found')))
    })

  act('follow', 'write:follows', (me, other, params) => {
    const { reblogs: boosts, notify: tells, languages } = params.read(followFields)
    return followInPart(world, me, other, {
      ...(boosts !== undefined && { boosts }),
      ...(tells !== undefined && { tells }),
      ...(languages !== undefined && { languages }),
    })
  })
  act('unfollow', 'write:follows', (me, other) =>
    unless('follow.not-found', undoFollow(world, { followerId: me.id, followedId: other.id })),
  )
  act('remove_from_followers', 'write:follows', (me, other) =>
    unless('follow.not-found', rejectFollow(world, { followerId: other.id, followedId: me.id })),
  )
  act('block', 'write:blocks', (me, other) => blockAccount(world, me, other))
  act('unblock', 'write:blocks', (me, other) => unless('block.not-found', unblockAccount(world, me, other)))
  act('mute', 'write:mutes', (me, other, params) => {
    const { notifications, duration = 0 } = params.read(muteFields)
    return muteAccount(world, me, other, {
      ...(notifications !== undefined && { notifications }),
      // 0 is for good.
      ...(duration !== 0 && { seconds: duration }),
    })
  })
  act('note', 'write:accounts', (me, other, params) =>
    remarkOn(world, me, other, params.read(commentFields).comment ?? ''),
  )
  for (const name of ['endorse', 'pin'])
    act(name, 'write:accounts', (me, other) => endorseAccount(world, me, other))
  for (const name of ['unendorse', 'unpin'])
    act(name, 'write:accounts', (me, other) => unendorseAccount(world, me, other))

  act('unmute', 'write:mutes', (me, other) => unless('mute.not-found', unmuteAccount(world, me, other)))

  return router
}

/** A language as posts have them; '' is none, as forms send an empty list. */
const languages = listOf(
  z.string().refine((text) => text === '' || languageFrom(text) !== undefined),
).transform((texts) => texts && [...new Set(texts.flatMap((text) => languageFrom(text) ?? []))])
const followFields = z.object({ reblogs: booleanish, notify: booleanish, languages })
const muteFields = z.object({ notifications: booleanish, duration: integerish })

/** What is not there need not be ended: apps ask for that, and want to hear how it stands. */
async function unless(code: RefusalCode, work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof Refusal && error.code === code)) throw error
  }
}

const idFields = z.object({ id: idsOf<AccountId>(MOST_AT_ONCE) })
const commentFields = z.object({ comment: textish })
