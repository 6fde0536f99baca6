import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { handleFrom } from '../../base/handles.ts'
import type { AccountId, PostId } from '../../base/ids.ts'
import { Refusal } from '../../base/refusal.ts'
import { Transient } from '../../base/transient.ts'
import { findAccountByHandle, findAccountByUri } from '../../domain/accounts/find.ts'
import { blockedBetween } from '../../domain/blocks/find.ts'
import { findPlace, keepPlaces, type SearchPlace, searchNumber } from '../../domain/search/places.ts'
import { searchQueryFrom } from '../../text/search-query.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import { accountFrom } from '../../translate/to-mastodon/account.ts'
import { statusFrom } from '../../translate/to-mastodon/status.ts'
import { tagFrom } from '../../translate/to-mastodon/tag.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { searchNames } from '../../views/name-search.ts'
import { type PostSearch, searchPosts, searchTags } from '../../views/search.ts'
import { viewRelationships } from '../../views/standings.ts'
import { viewStatuses } from '../../views/statuses.ts'
import { viewTags } from '../../views/tags.ts'
import type { Viewer } from '../../views/view.ts'
import { grantOf } from '../http/auth.ts'
import { booleanish, idOf, textish, wordOf } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { isShown } from './account-one.ts'
import { requiresIfGiven, signedIn, viewerOf } from './auth.ts'
import { type OffsetQuery, offsetFrom, type PageQuery, pageFrom } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { tellingFor } from './status-pages.ts'

const SIZE = { usual: 20, most: 40 }
const LONGEST_SEARCH = 500
/** As many accounts are looked at as can be asked for at all. */
const MOST_ACCOUNTS = 200

const ADDRESS = /^https?:\/\//i
const HANDLE = /^(?:acct:)?@?[^\s@]+@[^\s@]+\.[^\s@]+$/i

type Sought = { readonly accounts: readonly AccountId[]; readonly posts: readonly PostId[] }
const NOBODY = Promise.resolve<Sought>({ accounts: [], posts: [] })

/** /api/v2/search: accounts, hashtags and posts by what somebody types. */
export function searchRoutes({ world, findPost, lookUp }: MastodonParts): RequestHandler {
  const { db, uris, clock } = world
  const router = Router({ caseSensitive: true })

  router.get('/api/v2/search', requiresIfGiven('read:search'), async (req, res) => {
    const params = await readParams(req)
    const fields = params.read(searchFields)
    const { type, resolve = false } = fields
    // Whoever asks other servers through us, or reads on and on, is to be known.
    if (resolve || params.has('offset')) signedIn(req)
    const viewer = viewerOf(req)
    const text = (fields.q ?? '').trim().slice(0, LONGEST_SEARCH)
    const part = offsetFrom(params, SIZE)
    const wants = (kind: typeof type) => text !== '' && (type === undefined || type === kind)

    const isAddress = ADDRESS.test(text)
    const isHandle = !isAddress && HANDLE.test(text)
    const meantBy = isAddress || wants('accounts') ? findMeant(text, resolve) : NOBODY
    const [accounts, statuses, hashtags] = await Promise.all([
      wants('accounts') ? accountsOf(meantBy) : [],
      // Who types a whole handle looks for somebody, unless they say that they look for posts.
      wants('statuses') && (type !== undefined || !isHandle) ? statusesOf(meantBy) : [],
      wants('hashtags') && !isAddress && !text.startsWith('@')
        ? tellTags(text, viewer, part, fields.exclude_unreviewed)
        : [],
    ])
    const telling = tellingFor(world, req)
    res.json({ accounts, statuses: statuses.map((view) => statusFrom(view, telling)), hashtags })

    async function accountsOf(asked: Promise<Sought>) {
      const [{ accounts: first }, others] = await Promise.all([
        asked,
        isAddress ? [] : accountsBy(text, viewer),
      ])
      return tellAccounts([...new Set([...first, ...others])], viewer, fields.following ?? false, part, first)
    }

    async function statusesOf(asked: Promise<Sought>) {
      if (isAddress) return viewStatuses(db, (await asked).posts.slice(part.offset), viewer)
      if (!viewer) return []
      const page = pageFrom(params, SIZE)
      const app = grantOf(req)?.grantId
      const number = searchNumber([app, text, fields.account_id, page.maxId, page.sinceId, page.minId])
      return pageOf(text, viewer, page, fields.account_id, { number, offset: part.offset })
    }
  })

  /** What an address or a handle means; nothing where its server cannot be asked, or is not to be. */
  async function findMeant(text: string, resolve: boolean): Promise<Sought> {
    const isAddress = ADDRESS.test(text)
    const handle = isAddress ? undefined : handleFrom(text)
    if (!isAddress && !handle) return { accounts: [], posts: [] }
    try {
      const ask = resolve && (isAddress || text.replace(/^@/, '').includes('@'))
      if (ask || (isAddress && uris.isOurs(text))) {
        const found = await lookUp(text)
        return {
          accounts: found?.kind === 'account' ? [found.account.id] : [],
          posts: found?.kind === 'post' ? [found.postId] : [],
        }
      }
      const account = handle ? await findKnown(text) : await findAccountByUri(db, text)
      const post = isAddress && !account ? await findPost(text) : undefined
      return { accounts: account ? [account.id] : [], posts: post ? [post.id] : [] }
    } catch (error) {
      if (error instanceof Transient || error instanceof Refusal) return { accounts: [], posts: [] }
      throw error
    }
  }

  async function findKnown(text: string) {
    const handle = handleFrom(text)
    if (!handle) return undefined
    return findAccountByHandle(db, handle.host === uris.handleHost ? { ...handle, host: null } : handle)
  }

  async function accountsBy(text: string, viewer: Viewer): Promise<readonly AccountId[]> {
    if (text.startsWith('#')) return []
    const [name = '', host] = text.replace(/^(?:acct:)?@?/i, '').split('@')
    const typed = { name, host: host ? host.toLowerCase() : null }
    const people = name === '' ? [] : await searchNames(db, viewer?.accountId ?? null, typed, MOST_ACCOUNTS)
    return people.map(({ id }) => id)
  }

  async function tellAccounts(
    ids: readonly AccountId[],
    viewer: Viewer,
    following: boolean,
    { offset, limit }: OffsetQuery,
    meant: readonly AccountId[],
  ) {
    const me = viewer?.accountId
    // The others were looked for without them.
    const apart = me ? await blockedBetween(db, me, meant) : new Set<AccountId>()
    // Whom somebody keeps away themself is found by the whole name, to let them come again.
    const kept = me
      ? await viewRelationships(
          db,
          me,
          meant.filter((id) => apart.has(id)),
        )
      : []
    for (const { id, blockedBy } of kept) if (!blockedBy) apart.delete(id)
    const open = ids.filter((id) => !apart.has(id))
    const followed = following && me ? await viewRelationships(db, me, open) : undefined
    const wanted = followed ? followed.filter((each) => each.following).map(({ id }) => id) : open
    const part = wanted.slice(offset, offset + limit)
    const views = await viewAccounts(db, part)
    return part.flatMap((id) => {
      const view = views.get(id)
      return view && isShown(view) && !view.suspended ? [accountFrom(view, uris)] : []
    })
  }

  async function tellTags(text: string, viewer: Viewer, part: OffsetQuery, unrefused = false) {
    const beginning = hashtagFrom(text.replace(/^#/, ''))?.name
    const names = beginning === undefined ? [] : await searchTags(db, beginning, part, unrefused)
    const views = await viewTags(db, names, viewer, clock.now())
    return names.flatMap((name) => views.get(name) ?? []).map((view) => tagFrom(view, uris))
  }

  /** Nobody in particular finds no posts by their words. The next page goes on behind the last, whatever came between. */
  async function pageOf(
    text: string,
    viewer: NonNullable<Viewer>,
    page: PageQuery,
    accountId: AccountId | undefined,
    { number, offset }: { readonly number: string; readonly offset: number },
  ) {
    const up = page.minId !== undefined
    const key = { accountId: viewer.accountId, search: number }
    const place = offset === 0 ? undefined : await findPlace(world, key, offset)
    const rest = place ? { ...page, [up ? 'minId' : 'maxId']: place.beyond } : page
    const ids = await postsBy(text, viewer, rest, offset - (place?.offset ?? 0), accountId)
    const places = placesOf(ids, offset, up)
    const [views] = await Promise.all([
      viewStatuses(db, ids, viewer),
      places.length > 0 && keepPlaces(world, key, places, offset === 0),
    ])
    return views
  }

  async function postsBy(
    text: string,
    viewer: NonNullable<Viewer>,
    page: PageQuery,
    offset: number,
    accountId: AccountId | undefined,
  ): Promise<readonly PostId[]> {
    const { words, sought, terms } = searchQueryFrom(text)
    const from: { accountId: AccountId | null; not: boolean }[] = []
    const rest: PostSearch['terms'][number][] = []
    for (const term of terms) {
      if (term.by !== 'from') rest.push(term)
      else if (term.value.toLowerCase() === 'me') from.push({ accountId: viewer.accountId, not: term.not })
      else from.push({ accountId: (await findKnown(term.value))?.id ?? null, not: term.not })
    }
    if (words === '' && terms.length === 0) return []
    if (accountId) from.push({ accountId, not: false })
    return searchPosts(db, viewer.accountId, { ...page, offset, words, sought, terms: rest, from })
  }

  return router
}

/** Where a page ended, and of the first one where it began. */
function placesOf(ids: readonly PostId[], offset: number, up: boolean): SearchPlace[] {
  const [first, last] = up ? [ids.at(-1), ids[0]] : [ids[0], ids.at(-1)]
  if (first === undefined || last === undefined) return []
  const begin = (BigInt(first) + (up ? -1n : 1n)).toString() as PostId
  return [...(offset === 0 ? [{ offset, beyond: begin }] : []), { offset: offset + ids.length, beyond: last }]
}

const searchFields = z.object({
  q: textish,
  type: wordOf(['accounts', 'statuses', 'hashtags']),
  resolve: booleanish,
  following: booleanish,
  // Hashtags need no review to be a trend: without those that may be none, there are still all that nobody refused.
  exclude_unreviewed: booleanish,
  account_id: idOf<AccountId>(),
})
