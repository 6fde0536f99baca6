import { type RequestHandler, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import { personBrief } from '../../translate/to-activity/brief.ts'
import { listContext } from '../../translate/to-activity/context.ts'
import { searchNames } from '../../views/name-search.ts'
import { requireBearer } from '../http/auth.ts'
import { budgetsOf } from '../http/budgets.ts'
import { crossOrigin } from '../http/cors.ts'
import { ACTIVITY_TYPE, readyDocument, sendDocument } from '../http/documents.ts'
import { queryValue } from '../http/params.ts'
import type { ClientParts } from './client-parts.ts'

const PATH = '/ap/autocomplete'
const SHORTEST = 2
const LONGEST = 200
const MOST = 20

/** Who somebody means while they type a name: for apps, of people and servers known here. */
export function autocompleteRoute({ world, config }: ClientParts): RequestHandler {
  const { db, uris } = world
  const router = Router({ caseSensitive: true, strict: true })
  router.all(PATH, crossOrigin('GET'))
  router.get(
    PATH,
    (req, _res, next) => {
      requireBearer(req, ['readlocal', 'read:search'])
      next()
    },
    budgetsOf({ db, config }).limit('search'),
    async (req, res) => {
      const { account } = requireBearer(req)
      const typed = typedFrom(queryValue(req, 'q') ?? '')
      const people = await searchNames(db, account.id, typed, MOST)
      const text = JSON.stringify({
        '@context': listContext,
        id: uris.origin + req.originalUrl,
        type: 'Collection',
        totalItems: people.length,
        items: people.map((person) => personBrief(person, uris)),
      })
      const headers = {
        'content-type': ACTIVITY_TYPE,
        'cache-control': 'private, no-cache',
        vary: 'Accept, Authorization',
        'x-content-type-options': 'nosniff',
      }
      sendDocument(req, res, readyDocument(Buffer.from(text), headers))
    },
  )
  return router
}

/** `ann`, `@ann`, `@ann@exa`: a name or the beginning of one, and perhaps of where it is. */
function typedFrom(text: string): { readonly name: string; readonly host: string | null } {
  const [name = '', host] = text
    .trim()
    .slice(0, LONGEST)
    .replace(/^(?:acct:)?@?/i, '')
    .split('@')
  if ([...name].length < SHORTEST) refuse('search.too-short', { minimum: SHORTEST })
  return { name, host: host ? host.toLowerCase() : null }
}
