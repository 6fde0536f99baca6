import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { type DomainAllowId, type DomainBlockId, readId } from '../../base/ids.ts'
import { Refusal, refuse } from '../../base/refusal.ts'
import {
  allowDomain,
  changeDomainBlock,
  decideAboutDomain,
  disallowDomain,
  removeDomainBlock,
} from '../../domain/moderation/domain-decisions.ts'
import type { DomainChange } from '../../domain/moderation/domains.ts'
import {
  adminDomainAllowFrom,
  adminDomainBlockFrom,
  SEVERITIES,
} from '../../translate/to-mastodon/admin-rules.ts'
import {
  type DomainBlockView,
  findAllowOf,
  findBlockOf,
  listDomainAllows,
  listDomainBlocks,
} from '../../views/entry-rules.ts'
import { booleanish, textish, wordOf } from '../http/param-fields.ts'
import { queryParams, readParams } from '../http/read-params.ts'
import { adminsOnly } from './admin-auth.ts'
import { deciderOf, RULES } from './admin-parts.ts'
import { onUpdate } from './on-update.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'

const LONGEST = 5000
const WORDS = Object.keys(SEVERITIES) as (keyof typeof SEVERITIES)[]

const fields = z.object({
  domain: textish,
  severity: wordOf(WORDS),
  reject_media: booleanish,
  reject_reports: booleanish,
  obfuscate: booleanish,
  public_comment: textish,
  private_comment: textish,
})

/** /api/v1/admin/domain_blocks and domain_allows: which servers this one keeps away from. */
export function adminDomainRoutes(parts: MastodonParts): RequestHandler {
  const { world } = parts
  const { db } = world
  const requiresAdmin = adminsOnly(parts)
  const router = Router({ caseSensitive: true })

  const blocks = '/api/v1/admin/domain_blocks'
  const readsBlocks = requiresAdmin('admin:read:domain_blocks', 'admin')
  const writesBlocks = requiresAdmin('admin:write:domain_blocks', 'admin')
  const blockIn = async (req: Request): Promise<DomainBlockView> => {
    const id = readId<DomainBlockId>(String(req.params.id)) ?? refuse('not-found')
    const [block] = await listDomainBlocks(db, { id })
    return block ?? refuse('not-found')
  }
  router.get(blocks, ...readsBlocks, async (req, res) => {
    const page = pageFrom(queryParams(req), RULES)
    const items = await listDomainBlocks(db, page)
    const keys = items.map(({ id }) => id)
    sendPage(req, res, items.map(adminDomainBlockFrom), endsOf(keys, page))
  })
  router.get(`${blocks}/:id`, ...readsBlocks, async (req, res) => {
    res.json(adminDomainBlockFrom(await blockIn(req)))
  })
  router.post(blocks, ...writesBlocks, async (req, res) => {
    const asked = (await readParams(req)).read(fields)
    const text = asked.domain ?? ''
    const change = changeFrom({ ...asked, severity: asked.severity ?? 'silence' })
    try {
      const domain = await decideAboutDomain(world, deciderOf(req), text, change)
      res.json(adminDomainBlockFrom((await findBlockOf(db, domain)) ?? refuse('not-found')))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'block.known') throw error
      const known = await findBlockOf(db, text.trim().toLowerCase())
      res.status(422).json({
        error: 'Validation failed: Something is decided about that domain already.',
        ...(known && { existing_domain_block: adminDomainBlockFrom(known) }),
      })
    }
  })
  onUpdate(router, `${blocks}/:id`, ...writesBlocks, async (req, res) => {
    const { domain } = await blockIn(req)
    const asked = (await readParams(req)).read(fields)
    await changeDomainBlock(world, deciderOf(req), domain, changeFrom(asked))
    res.json(adminDomainBlockFrom(await blockIn(req)))
  })
  router.delete(`${blocks}/:id`, ...writesBlocks, async (req, res) => {
    await removeDomainBlock(world, deciderOf(req), (await blockIn(req)).domain)
    res.json({})
  })

  const allows = '/api/v1/admin/domain_allows'
  const readsAllows = requiresAdmin('admin:read:domain_allows', 'admin')
  const writesAllows = requiresAdmin('admin:write:domain_allows', 'admin')
  const allowIn = async (req: Request) => {
    const id = readId<DomainAllowId>(String(req.params.id)) ?? refuse('not-found')
    const [allow] = await listDomainAllows(db, { id })
    return allow ?? refuse('not-found')
  }
  router.get(allows, ...readsAllows, async (req, res) => {
    const page = pageFrom(queryParams(req), RULES)
    const items = await listDomainAllows(db, page)
    const keys = items.map(({ id }) => id)
    sendPage(req, res, items.map(adminDomainAllowFrom), endsOf(keys, page))
  })
  router.get(`${allows}/:id`, ...readsAllows, async (req, res) => {
    res.json(adminDomainAllowFrom(await allowIn(req)))
  })
  router.post(allows, ...writesAllows, async (req, res) => {
    const { domain = '' } = (await readParams(req)).read(domainFields)
    const kept = await allowDomain(world, deciderOf(req), domain)
    res.json(adminDomainAllowFrom((await findAllowOf(db, kept)) ?? refuse('not-found')))
  })
  router.delete(`${allows}/:id`, ...writesAllows, async (req, res) => {
    await disallowDomain(world, deciderOf(req), (await allowIn(req)).id)
    res.json({})
  })

  return router
}

function changeFrom(asked: z.output<typeof fields>): DomainChange {
  const { severity, reject_media, reject_reports, obfuscate, public_comment, private_comment } = asked
  for (const comment of [public_comment, private_comment])
    if (comment !== undefined && comment.length > LONGEST)
      refuse('params.invalid', { reason: 'Comment is too long' })
  return {
    ...(severity !== undefined && { severity: SEVERITIES[severity] }),
    ...(reject_media !== undefined && { rejectMedia: reject_media }),
    ...(reject_reports !== undefined && { rejectReports: reject_reports }),
    ...(obfuscate !== undefined && { obfuscate }),
    ...(public_comment !== undefined && { publicComment: public_comment }),
    ...(private_comment !== undefined && { privateComment: private_comment }),
  }
}

const domainFields = z.object({ domain: textish })
