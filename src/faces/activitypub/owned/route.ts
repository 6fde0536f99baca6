import { type Request, type RequestHandler, Router } from 'express'
import { type AccountId, type InboxItemId, readId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import type { LocalAccount } from '../../../domain/accounts/account.ts'
import type { World } from '../../../domain/world.ts'
import type { InboxFilter } from '../../../views/inbox-near.ts'
import type { Range } from '../../../views/ranges.ts'
import { requireBearer } from '../../http/auth.ts'
import { crossOrigin } from '../../http/cors.ts'
import { FILTERS } from '../../http/list-keys.ts'
import type { ClientParts } from '../client-parts.ts'
import { filterIn } from '../lists/fit.ts'
import { collectionOf, cursorAt, type OwnedList, pageOf, searchThrough, sendOwn } from './list.ts'
import { homeOf, inboxOf, notificationsOf } from './lists.ts'
import { readReceivedById } from './received.ts'

/** What nobody but the owner reads: the inbox, and the streams of what came to them. */
export function ownedRoutes({ world }: Pick<ClientParts, 'world'>): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  for (const [path, listOf] of Object.entries(LISTS)) {
    const open = (req: Request) => listOf(world, ownerOf(req))
    router.all(`/ap/actors/:id/${path}`, crossOrigin('GET', ...(path === 'inbox' ? (['POST'] as const) : [])))
    router.get(`/ap/actors/:id/${path}`, async (req, res) => {
      const list = open(req)
      const cursor = word(req, 'cursor')
      sendOwn(req, res, await (cursor === undefined ? collectionOf(list) : pageOf(list, cursor)))
    })
    router.all(`/ap/actors/:id/${path}/seek`, crossOrigin('GET'))
    router.get(`/ap/actors/:id/${path}/seek`, async (req, res) => {
      const list = open(req)
      const key = (await list.seek(word(req, 'item') ?? '')) ?? refuse('not-found')
      res.set('Cache-Control', 'no-store')
      res.redirect(307, `${list.uri}?cursor=${cursorAt(key)}`)
    })
    router.all(`/ap/actors/:id/${path}/filtered`, crossOrigin('GET'))
    router.get(`/ap/actors/:id/${path}/filtered`, async (req, res) => {
      sendOwn(req, res, await narrowed(open(req), req))
    })
  }
  router.all('/ap/received/:id', crossOrigin('GET'))
  router.get('/ap/received/:id', async (req, res) => {
    const { account } = requireBearer(req, 'readinbox')
    const id = readId<InboxItemId>(String(req.params.id)) ?? refuse('not-found')
    const activity = (await readReceivedById(world, account, id)) ?? refuse('not-found')
    sendOwn(req, res, JSON.stringify(activity))
  })
  return router
}

const LISTS: Readonly<Record<string, (world: World, owner: LocalAccount) => OwnedList>> = {
  inbox: inboxOf,
  'streams/home': homeOf,
  'streams/notifications': notificationsOf,
}

/** @throws Refusal `token.missing`, `token.scope`, `inbox.not-yours`: of other people it is not even told who they are */
function ownerOf(req: Request): LocalAccount {
  const { account } = requireBearer(req, 'readinbox')
  if (readId<AccountId>(String(req.params.id)) !== account.id) refuse('inbox.not-yours')
  return account
}

async function narrowed(list: OwnedList, req: Request) {
  const search = list.search ?? ((range: Range, by: InboxFilter) => searchThrough(list, range, by))
  const words = new URLSearchParams(
    FILTERS.flatMap((name): [string, string][] => {
      const value = word(req, name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const filter = filterIn((name) => words.get(name) ?? undefined)
  const read = (range: Range) => search(range, filter)
  return pageOf(list, word(req, 'cursor') ?? 'first', { words: words.toString(), read })
}

/** One word of the query. */
function word(req: Request, name: string): string | undefined {
  const value = req.query[name]
  return typeof value === 'string' && value.length <= 2048 && !value.includes('\0') ? value : undefined
}
