import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import type { AccountId, ReportId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import {
  answerNewcomer,
  decideAbout,
  type Lift,
  liftFrom,
  removeMember,
} from '../../domain/moderation/decide.ts'
import { roleNamed } from '../../translate/to-mastodon/account.ts'
import { adminAccountFrom } from '../../translate/to-mastodon/admin-account.ts'
import { listMemberAccountIds, type MemberQuery, viewMembers } from '../../views/members.ts'
import { booleanish, idOf, listOf, textish, wordOf } from '../http/param-fields.ts'
import { type Given, queryParams, readParams } from '../http/read-params.ts'
import { accountIdIn } from './account-one.ts'
import { adminsOnly } from './admin-auth.ts'
import { deciderOf } from './admin-parts.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'

const PAGE = { usual: 100, most: 200 }

/** /api/v1/admin/accounts and /api/v2/admin/accounts: everybody, and what is decided about them. */
export function adminAccountRoutes(parts: MastodonParts): RequestHandler {
  const { world } = parts
  const { db, uris } = world
  const requiresAdmin = adminsOnly(parts)
  const router = Router({ caseSensitive: true })
  const readers = requiresAdmin('admin:read:accounts')
  const writers = requiresAdmin('admin:write:accounts')

  const list =
    (queryFrom: (params: Given) => Partial<MemberQuery>): RequestHandler =>
    async (req, res) => {
      const params = queryParams(req)
      const query = { ...pageFrom(params, PAGE), ...queryFrom(params) }
      const ids = await listMemberAccountIds(db, query)
      const members = await viewMembers(db, ids)
      const body = ids.flatMap((id) => members.get(id) ?? []).map((member) => adminAccountFrom(member, uris))
      sendPage(req, res, body, endsOf(ids, query))
    }
  router.get('/api/v1/admin/accounts', ...readers, list(firstQuery))
  router.get('/api/v2/admin/accounts', ...readers, list(secondQuery))

  const send = async (res: Response, id: AccountId) => {
    const member = (await viewMembers(db, [id])).get(id)
    if (!member || member.account.deleted) return refuse('account.not-found')
    return res.json(adminAccountFrom(member, uris))
  }
  router.get('/api/v1/admin/accounts/:id', ...readers, async (req, res) => {
    await send(res, accountIdIn(req))
  })

  /** What is decided is answered with how the account is from then on, or was when nothing is left of it. */
  const decides =
    (work: (req: Request, id: AccountId) => Promise<void>, gone = false): RequestHandler =>
    async (req, res) => {
      const id = accountIdIn(req)
      const before = gone ? (await viewMembers(db, [id])).get(id) : undefined
      await work(req, id)
      if (before) res.json(adminAccountFrom(before, uris))
      else await send(res, id)
    }
  router.post('/api/v1/admin/accounts/:id/action', ...writers, async (req, res) => {
    const {
      type = 'none',
      report_id: reportId,
      text,
      send_email_notification: byMail,
    } = (await readParams(req)).read(action)
    await decideAbout(world, deciderOf(req), accountIdIn(req), { action: type, reportId, text, byMail })
    res.json({})
  })
  const lifting = (what: Lift) => decides((req, id) => liftFrom(world, deciderOf(req), id, what))
  router.post('/api/v1/admin/accounts/:id/enable', ...writers, lifting('disable'))
  router.post('/api/v1/admin/accounts/:id/unsilence', ...writers, lifting('silence'))
  router.post('/api/v1/admin/accounts/:id/unsuspend', ...writers, lifting('suspend'))
  router.post('/api/v1/admin/accounts/:id/unsensitive', ...writers, lifting('sensitive'))
  router.post(
    '/api/v1/admin/accounts/:id/approve',
    ...writers,
    decides((req, id) => answerNewcomer(world, deciderOf(req), id, 'approve')),
  )
  router.post(
    '/api/v1/admin/accounts/:id/reject',
    ...writers,
    decides((req, id) => answerNewcomer(world, deciderOf(req), id, 'reject'), true),
  )
  router.delete(
    '/api/v1/admin/accounts/:id',
    ...requiresAdmin('admin:write:accounts', 'admin'),
    decides((req, id) => removeMember(world, deciderOf(req), id), true),
  )

  return router
}

const action = z.object({
  type: wordOf(['none', 'sensitive', 'disable', 'silence', 'suspend']),
  report_id: idOf<ReportId>(),
  text: textish,
  send_email_notification: booleanish,
})

const common = {
  username: textish,
  display_name: textish,
  by_domain: textish,
  email: textish,
  ip: textish,
}

const first = z.object({
  ...common,
  local: booleanish,
  remote: booleanish,
  active: booleanish,
  pending: booleanish,
  disabled: booleanish,
  silenced: booleanish,
  suspended: booleanish,
  sensitized: booleanish,
  staff: booleanish,
})

const STATES = ['active', 'pending', 'disabled', 'silenced', 'suspended', 'sensitized'] as const

function firstQuery(params: Given): Partial<MemberQuery> {
  const asked = params.read(first)
  return {
    ...named(asked),
    origin: asked.local ? 'local' : asked.remote ? 'remote' : undefined,
    status: STATES.find((state) => asked[state]),
    staff: asked.staff,
  }
}

const second = z.object({
  ...common,
  origin: wordOf(['local', 'remote']),
  status: wordOf(STATES),
  permissions: wordOf(['staff']),
  role_ids: listOf(z.coerce.string()),
  invited_by: idOf<AccountId>(),
})

function secondQuery(params: Given): Partial<MemberQuery> {
  const asked = params.read(second)
  return {
    ...named(asked),
    origin: asked.origin,
    status: asked.status,
    staff: asked.permissions === 'staff',
    roles: asked.role_ids?.flatMap((id) => roleNamed(id) ?? []),
    invitedBy: asked.invited_by,
  }
}

/** Where people come from is not written down here, so by an address nobody is found. */
function named(asked: {
  readonly username?: string | undefined
  readonly display_name?: string | undefined
  readonly by_domain?: string | undefined
  readonly email?: string | undefined
  readonly ip?: string | undefined
}): Partial<MemberQuery> {
  return {
    name: given(asked.username)?.replace(/^@/, ''),
    displayName: given(asked.display_name),
    host: given(asked.by_domain),
    email: given(asked.email),
    ...(given(asked.ip) !== undefined && { nobody: true }),
  }
}

const given = (text: string | undefined) =>
  text === undefined || text.trim() === '' ? undefined : text.trim()
