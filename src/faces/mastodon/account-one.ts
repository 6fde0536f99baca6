import type { Request, Response } from 'express'
import { type AccountId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Account, LocalAccount } from '../../domain/accounts/account.ts'
import { findAccount } from '../../domain/accounts/find.ts'
import { findPreferences } from '../../domain/preferences/find.ts'
import type { World } from '../../domain/world.ts'
import { accountFrom } from '../../translate/to-mastodon/account.ts'
import { type MastodonOwnAccount, ownAccountFrom } from '../../translate/to-mastodon/own-account.ts'
import { viewAccount, viewAccounts } from '../../views/accounts.ts'
import type { KeptAccount } from '../../views/kept.ts'
import { countRequests } from '../../views/relations.ts'
import type { AccountView } from '../../views/view.ts'
import { endsOf, type PageQuery, sendPage } from './paging.ts'

export const ACCOUNTS = { usual: 40, most: 80 }

/** The account that a path names. @throws Refusal 'account.not-found' for what is no id */
export function accountIdIn(req: Request, name = 'id'): AccountId {
  return readId<AccountId>(String(req.params[name])) ?? refuse('account.not-found')
}

/** An account that is there, as everybody sees it; this server itself is none. @throws Refusal 'account.not-found' */
export async function requireAccountView({ db }: Pick<World, 'db'>, id: AccountId): Promise<AccountView> {
  const view = (await viewAccounts(db, [id])).get(id)
  return view && isShown(view) ? view : refuse('account.not-found')
}

/** Whether an account is one to apps: not those that are gone, nor this server itself. */
export function isShown(view: AccountView): boolean {
  return !view.deleted && !isServer(view)
}

/** The same for who is to be followed, blocked or muted. @throws Refusal 'account.not-found' */
export async function requireAccount({ db }: Pick<World, 'db'>, id: AccountId): Promise<Account> {
  const account = await findAccount(db, id)
  return account && !isServer(account) ? account : refuse('account.not-found')
}

const isServer = ({ local, kind }: Pick<Account, 'local' | 'kind'>) => local && kind === 'application'

/** The account of whoever asks, in the words of this API. */
export async function tellOwnAccount(
  { db, uris }: Pick<World, 'db' | 'uris'>,
  { id }: LocalAccount,
): Promise<MastodonOwnAccount> {
  const [view, preferences, requests] = await Promise.all([
    viewAccount(db, id),
    findPreferences(db, id),
    countRequests(db, id, 'followers'),
  ])
  return ownAccountFrom(view ?? refuse('account.not-found'), { preferences, requests }, uris)
}

/**
 * Sends a page of accounts.
 * @param more what else is said of one, by its place
 */
export async function sendAccounts(
  { db, uris }: Pick<World, 'db' | 'uris'>,
  req: Request,
  res: Response,
  kept: readonly KeptAccount[],
  page: Pick<PageQuery, 'limit'>,
  more: (place: number) => object = () => ({}),
): Promise<void> {
  const views = await viewAccounts(
    db,
    kept.map(({ id }) => id),
  )
  const body = kept.flatMap(({ id }, place) => {
    const view = views.get(id)
    return view ? [{ ...accountFrom(view, uris), ...more(place) }] : []
  })
  const keys = kept.map(({ key }) => key)
  sendPage(req, res, body, endsOf(keys, page), 'since_id')
}
