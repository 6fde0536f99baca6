import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { type EmailBlockId, type EmailDomainBlockId, type IpBlockId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import {
  blockEmail,
  blockEmailDomain,
  hashOf,
  type Mailbox,
  unblockEmail,
  unblockEmailDomain,
} from '../../domain/moderation/email-blocks.ts'
import { blockIp, changeIpBlock, type IpDecision, unblockIp } from '../../domain/moderation/ip-blocks.ts'
import {
  adminEmailBlockFrom,
  adminEmailDomainBlockFrom,
  adminIpBlockFrom,
} from '../../translate/to-mastodon/admin-rules.ts'
import {
  findEmailBlocks,
  listEmailBlocks,
  listEmailDomainBlocks,
  listIpBlocks,
  type Piece,
} from '../../views/entry-rules.ts'
import { integerish, textish, wordOf } from '../http/param-fields.ts'
import { type Given, queryParams, readParams } from '../http/read-params.ts'
import { adminsOnly } from './admin-auth.ts'
import { deciderOf, RULES } from './admin-parts.ts'
import { onUpdate } from './on-update.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'

/** /api/v1/admin/ip_blocks, email_domain_blocks and canonical_email_blocks: who may not come in. */
export function adminEntryRoutes(parts: MastodonParts): RequestHandler {
  const { world } = parts
  const { db, clock } = world
  const router = Router({ caseSensitive: true })
  const requiresAdmin = adminsOnly(parts)

  /** A list of decisions, and each by its id. */
  function rules<Id extends string, Row extends { readonly id: Id }>(
    name: 'ip_blocks' | 'email_domain_blocks' | 'canonical_email_blocks',
    list: (piece: Piece<Id>) => Promise<readonly Row[]>,
    told: (row: Row) => unknown,
    acts: {
      create: (req: Request, params: Given) => Promise<Id>
      remove: (req: Request, id: Id) => Promise<void>
    },
  ) {
    const base = `/api/v1/admin/${name}`
    const reads = requiresAdmin(`admin:read:${name}`, 'admin')
    const writes = requiresAdmin(`admin:write:${name}`, 'admin')
    const tell = async (id: Id | undefined) => {
      const [row] = id === undefined ? [] : await list({ id })
      return told(row ?? refuse('not-found'))
    }
    const idIn = (req: Request): Id => readId<Id>(String(req.params.id)) ?? refuse('not-found')
    router.get(base, ...reads, async (req, res) => {
      const page = pageFrom(queryParams(req), RULES)
      const rows = await list(page)
      const keys = rows.map(({ id }) => id)
      sendPage(req, res, rows.map(told), endsOf(keys, page))
    })
    router.post(base, ...writes, async (req, res) => {
      res.json(await tell(await acts.create(req, await readParams(req))))
    })
    router.get(`${base}/:id`, ...reads, async (req, res) => {
      res.json(await tell(idIn(req)))
    })
    router.delete(`${base}/:id`, ...writes, async (req, res) => {
      await acts.remove(req, idIn(req))
      res.json({})
    })
    return { base, reads, writes, tell, idIn }
  }

  const ips = rules<IpBlockId, Awaited<ReturnType<typeof listIpBlocks>>[number]>(
    'ip_blocks',
    (piece) => listIpBlocks(db, piece),
    adminIpBlockFrom,
    {
      create: (req, params) => blockIp(world, deciderOf(req), ipDecision(req, params)),
      remove: (req, id) => unblockIp(world, deciderOf(req), id),
    },
  )
  onUpdate(router, `${ips.base}/:id`, ...ips.writes, async (req, res) => {
    const id = ips.idIn(req)
    await changeIpBlock(world, deciderOf(req), id, ipDecision(req, await readParams(req)))
    res.json(await ips.tell(id))
  })

  rules<EmailDomainBlockId, Awaited<ReturnType<typeof listEmailDomainBlocks>>[number]>(
    'email_domain_blocks',
    (piece) => listEmailDomainBlocks(db, piece),
    (row) => adminEmailDomainBlockFrom(row, clock.now()),
    {
      create: (req, params) =>
        blockEmailDomain(world, deciderOf(req), params.read(domainFields).domain ?? ''),
      remove: (req, id) => unblockEmailDomain(world, deciderOf(req), id),
    },
  )

  const testing = '/api/v1/admin/canonical_email_blocks/test'
  router.post(testing, ...requiresAdmin('admin:read:canonical_email_blocks', 'admin'), async (req, res) => {
    const { email = '' } = (await readParams(req)).read(emailFields)
    res.json((await findEmailBlocks(db, hashOf({ email }))).map(adminEmailBlockFrom))
  })
  rules<EmailBlockId, Awaited<ReturnType<typeof listEmailBlocks>>[number]>(
    'canonical_email_blocks',
    (piece) => listEmailBlocks(db, piece),
    adminEmailBlockFrom,
    {
      create: (req, params) => blockEmail(world, deciderOf(req), mailboxIn(params)),
      remove: (req, id) => unblockEmail(world, deciderOf(req), id),
    },
  )

  return router
}

const ipFields = z.object({
  ip: textish,
  severity: wordOf(['sign_up_requires_approval', 'sign_up_block', 'no_access']),
  comment: textish,
  expires_in: integerish,
})

function ipDecision(req: Request, params: Given): IpDecision {
  const { ip, severity, comment, expires_in: seconds } = params.read(ipFields)
  // An empty one is how an app says that it ends never.
  const forever = seconds === undefined && params.has('expires_in')
  return { address: ip, severity, comment, expiresInSeconds: forever ? null : seconds, from: req.ip }
}

function mailboxIn(params: Given): Mailbox {
  const { email, canonical_email_hash: hash } = params.read(emailOrHashFields)
  return email ? { email } : { hash: hash ?? '' }
}

const domainFields = z.object({ domain: textish })
const emailFields = z.object({ email: textish })
const emailOrHashFields = z.object({ email: textish, canonical_email_hash: textish })
