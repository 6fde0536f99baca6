import { createHash } from 'node:crypto'
import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { refuse } from '../../base/refusal.ts'
import { htmlFrom } from '../../text/html.ts'
import { obfuscated, ruleFrom } from '../../translate/to-mastodon/instance.ts'
import { languagesFrom } from '../../translate/to-mastodon/languages.ts'
import { dateWord } from '../../translate/to-mastodon/words.ts'
import {
  findPeers,
  listBlockedDomains,
  listPeers,
  listRules,
  listWeeks,
  viewServer,
} from '../../views/server.ts'
import { textish } from '../http/param-fields.ts'
import { queryParams } from '../http/read-params.ts'
import { signedIn } from './auth.ts'
import type { MastodonParts } from './parts.ts'
import { remembered } from './remembered.ts'

const MINUTE = 60_000
/** Its people write of it in paragraphs and links, and name nobody. */
const NO_TARGETS = { mention: () => undefined, tagUrl: () => undefined }
/** The texts of a server that has not been told others change with its software. */
const TEXTS_SINCE = new Date('2026-11-30T00:00:00Z')

/** What stands below /api/v1/instance. */
export function moreInstanceRoutes({ world, site }: MastodonParts): RequestHandler {
  const { db, clock } = world
  const router = Router({ caseSensitive: true })
  const at = (path: string, answer: () => Promise<unknown>) =>
    router.get(`/api/v1/instance/${path}`, async (_req, res) => void res.json(await answer()))

  router.get('/health', (_req, res) => void res.type('text/plain').send('OK'))
  router.get('/api/v1/peers/search', async (req, res) => {
    const { q = '' } = queryParams(req).read(qFields)
    res.json(q === '' ? [] : await findPeers(db, q))
  })
  const peers = remembered(5 * MINUTE, () => listPeers(db))
  at('peers', peers)
  const weeks = remembered(60 * MINUTE, () => listWeeks(db, clock.now()))
  at('activity', async () =>
    (await weeks()).map(({ week, posts, logins, registrations }) => ({
      week: String(Math.floor(week.getTime() / 1000)),
      statuses: String(posts),
      logins: String(logins),
      registrations: String(registrations),
    })),
  )
  at('rules', async () => (await listRules(db)).map(ruleFrom))
  at('extended_description', async () => {
    const text = (await viewServer(db)).texts.extended
    return {
      updated_at: text ? dateWord(text.updatedAt) : null,
      content: text ? htmlFrom(text.text, NO_TARGETS) : '',
    }
  })
  at('privacy_policy', async () => ({ updated_at: dateWord(TEXTS_SINCE), content: await site.privacy() }))
  at('terms_of_service', async () => ({
    effective_date: TEXTS_SINCE.toISOString().slice(0, 10),
    effective: true,
    content: await site.terms(),
    succeeded_by: null,
  }))
  // There has been but one of them.
  at('terms_of_service/:date', async () => refuse('not-found'))
  at('languages', async () => languagesFrom())
  // Nothing is translated here, from no language into none.
  at('translation_languages', async () => ({}))

  router.get('/api/v1/instance/domain_blocks', async (req, res) => {
    signedIn(req)
    const blocks = await listBlockedDomains(db)
    res.json(
      blocks.map(({ domain, obfuscate, severity, comment }) => ({
        domain: obfuscate ? obfuscated(domain) : domain,
        digest: createHash('sha256').update(domain).digest('hex'),
        severity: severity === 'suspend' ? 'suspend' : 'silence',
        comment: comment === '' ? null : comment,
      })),
    )
  })
  return router
}

const qFields = z.object({ q: textish })
