import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { NoticeWish } from '../../db/tables/notifications.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import { changeNoticePolicy, findNoticePolicy } from '../../domain/notifications/policy.ts'
import { oldPolicyFrom, policyFrom } from '../../translate/to-mastodon/notification-policy.ts'
import { countHeld } from '../../views/notice-requests.ts'
import { booleanish, wordOf } from '../http/param-fields.ts'
import { type Given, readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { onUpdate } from './on-update.ts'
import type { MastodonParts } from './parts.ts'

/** /api/v2/notifications/policy and its older form: what somebody wishes to be told of by whom. */
export function notificationPolicyRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  const serve = (path: string, say: typeof policyFrom | typeof oldPolicyFrom, changeFrom: ChangeFrom) => {
    const answer = async (account: LocalAccount) =>
      say(await findNoticePolicy(db, account.id), await countHeld(db, account.id))
    const change: RequestHandler = async (req, res) => {
      await changeNoticePolicy(world, signedIn(req), changeFrom(await readParams(req)))
      res.json(await answer(signedIn(req)))
    }
    router.get(path, requires('read:notifications'), async (req, res) => {
      res.json(await answer(signedIn(req)))
    })
    onUpdate(router, path, requires('write:notifications'), change)
  }
  serve('/api/v2/notifications/policy', policyFrom, changeIn)
  serve('/api/v1/notifications/policy', oldPolicyFrom, oldChangeIn)

  return router
}

type Change = Parameters<typeof changeNoticePolicy>[2]
type ChangeFrom = (params: Given) => Change

const wish = wordOf(['accept', 'filter', 'drop'])
const fields = z.object({
  for_not_following: wish,
  for_not_followers: wish,
  for_new_accounts: wish,
  for_private_mentions: wish,
  for_limited_accounts: wish,
  for_bots: wish,
})
const oldFields = z.object({
  filter_not_following: booleanish,
  filter_not_followers: booleanish,
  filter_new_accounts: booleanish,
  filter_private_mentions: booleanish,
})

function changeIn(params: Given): Change {
  const said = params.read(fields)
  return {
    notFollowing: said.for_not_following,
    notFollowers: said.for_not_followers,
    newAccounts: said.for_new_accounts,
    privateMentions: said.for_private_mentions,
    limitedAccounts: said.for_limited_accounts,
    bots: said.for_bots,
  }
}

function oldChangeIn(params: Given): Change {
  const said = params.read(oldFields)
  return {
    notFollowing: wishFrom(said.filter_not_following),
    notFollowers: wishFrom(said.filter_not_followers),
    newAccounts: wishFrom(said.filter_new_accounts),
    privateMentions: wishFrom(said.filter_private_mentions),
  }
}

function wishFrom(filtered: boolean | undefined): NoticeWish | undefined {
  if (filtered === undefined) return undefined
  return filtered ? 'filter' : 'accept'
}
