import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { AccountId } from '../../base/ids.ts'
import { Refusal } from '../../base/refusal.ts'
import { Transient } from '../../base/transient.ts'
import { accountFrom } from '../../translate/to-mastodon/account.ts'
import { listFamiliar } from '../../views/account-lists.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { searchNames } from '../../views/name-search.ts'
import { viewRelationships } from '../../views/standings.ts'
import { booleanish, idsOf, textish } from '../http/param-fields.ts'
import { queryParams } from '../http/read-params.ts'
import { isShown } from './account-one.ts'
import { requires, requiresIfGiven, signedIn } from './auth.ts'
import { offsetFrom } from './paging.ts'
import type { MastodonParts } from './parts.ts'

const LONGEST_SEARCH = 500
/** As many are looked at as can be asked for at all. */
const MOST_FOUND = 200

/** Accounts by several ids, by names, and by who knows them. */
export function accountSetRoutes({ world, lookUp }: MastodonParts): RequestHandler {
  const { db, uris } = world
  const router = Router({ caseSensitive: true })
  const tell = async (ids: readonly AccountId[]) => {
    const views = await viewAccounts(db, ids)
    return ids.flatMap((id) => {
      const view = views.get(id)
      return view && isShown(view) ? [accountFrom(view, uris)] : []
    })
  }
  const idsIn = (req: Parameters<typeof queryParams>[0]) => {
    const { id: ids = [] } = queryParams(req).read(idFields)
    return [...new Set(ids)]
  }

  router.get('/api/v1/accounts', requiresIfGiven('read:accounts'), async (req, res) => {
    res.json(await tell(idsIn(req)))
  })

  router.get('/api/v1/accounts/search', requires('read:accounts'), async (req, res) => {
    const me = signedIn(req).id
    const params = queryParams(req)
    const { q = '', resolve, following } = params.read(searchFields)
    const text = q.trim().slice(0, LONGEST_SEARCH)
    const { limit, offset } = offsetFrom(params, { usual: 40, most: 80, furthest: MOST_FOUND })
    const exact = resolve && /@.|^https?:/.test(text.replace(/^@/, '')) ? await find(text) : undefined
    const people = text === '' ? [] : await searchNames(db, me, typedFrom(text), MOST_FOUND)
    const ids = [...new Set([...(exact ? [exact] : []), ...people.map(({ id }) => id)])]
    const wanted = following ? await followedAmong(me, ids) : ids
    res.json(await tell(wanted.slice(offset, offset + limit)))
  })
  /** Whom an address means; nobody when their server cannot be asked. */
  const find = async (text: string): Promise<AccountId | undefined> => {
    try {
      const found = await lookUp(text)
      return found?.kind === 'account' ? found.account.id : undefined
    } catch (error) {
      if (error instanceof Transient || error instanceof Refusal) return undefined
      throw error
    }
  }
  const followedAmong = async (me: AccountId, ids: readonly AccountId[]) =>
    (await viewRelationships(db, me, ids)).filter((each) => each.following).map(({ id }) => id)

  router.get('/api/v1/accounts/familiar_followers', requires('read:follows'), async (req, res) => {
    const ids = idsIn(req)
    const known = await listFamiliar(db, signedIn(req).id, ids)
    const accounts = new Map((await tell([...new Set([...known.values()].flat())])).map((a) => [a.id, a]))
    res.json(
      ids.map((id) => ({ id, accounts: (known.get(id) ?? []).flatMap((each) => accounts.get(each) ?? []) })),
    )
  })

  return router
}

const searchFields = z.object({ q: textish, resolve: booleanish, following: booleanish })

/** `ann`, `@ann`, `@ann@exa`: a name or the beginning of one, and perhaps of where it is. */
function typedFrom(text: string): { readonly name: string; readonly host: string | null } {
  const [name = '', host] = text.replace(/^(?:acct:)?@?/i, '').split('@')
  return { name, host: host ? host.toLowerCase() : null }
}

const idFields = z.object({ id: idsOf<AccountId>() })
