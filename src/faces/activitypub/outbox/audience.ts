import { refuse } from '../../../base/refusal.ts'
import { PUBLIC } from '../../../base/uris.ts'
import type { Visibility } from '../../../base/visibility.ts'
import type { Account, LocalAccount } from '../../../domain/accounts/account.ts'
import { findAccount, findAccountsByUris } from '../../../domain/accounts/find.ts'
import { findPostByUri } from '../../../domain/posts/find.ts'
import type { World } from '../../../domain/world.ts'
import { isCollectionUri } from '../../../translate/from-activity/addressing.ts'
import { isUri } from '../../../translate/json.ts'
import type { Addresses } from './addresses.ts'
import type { Addressing } from './posting.ts'

/**
 * Understands addresses, asking other servers for people who are not known yet; nobody who cannot be found is addressed.
 * @param inReplyTo what it answers: its author's followers may stand among the addresses, and get nothing
 * @throws Refusal 'address.collection' for other people's collections, 'address.blind' for one that is addressed blindly
 */
export async function audienceOf(
  world: World,
  actor: LocalAccount,
  addresses: Addresses,
  inReplyTo: string | null,
): Promise<Addressing> {
  const { to, cc, bto, bcc } = addresses
  const own = world.uris.followers(actor.id)
  if ([...bto, ...bcc].some((address) => address === PUBLIC || address === own)) refuse('address.blind')
  const passed = new Set([PUBLIC, own, actor.uri, ...(await followersOfParent(world, inReplyTo))])
  const people = await peopleAt(
    world,
    [...to, ...cc, ...bto, ...bcc].filter((address) => !passed.has(address)),
  )
  const among = (list: readonly string[]) => list.flatMap((address) => people.get(address) ?? [])
  const isShown = (address: string) => address === PUBLIC || address === own || people.has(address)
  return {
    visibility: visibilityOf(addresses, own),
    public: [...to, ...cc].includes(PUBLIC),
    followers: [...to, ...cc].includes(own),
    to: among(to),
    cc: among(cc),
    bto: among(bto),
    bcc: among(bcc),
    shown: { to: to.filter(isShown), cc: cc.filter(isShown) },
  }
}

function visibilityOf({ to, cc }: Addresses, own: string): Visibility {
  if (to.includes(PUBLIC)) return 'public'
  if (cc.includes(PUBLIC)) return 'unlisted'
  return to.includes(own) || cc.includes(own) ? 'followers' : 'direct'
}

async function followersOfParent({ db, uris }: World, inReplyTo: string | null): Promise<readonly string[]> {
  const parent = inReplyTo === null ? undefined : await findPostByUri(db, inReplyTo)
  if (!parent) return []
  const author = await findAccount(db, parent.accountId)
  return [uris.followers(parent.accountId), ...(author?.followersUrl ? [author.followersUrl] : [])]
}

async function peopleAt(world: World, addresses: readonly string[]): Promise<Map<string, Account>> {
  const { db, uris, directory } = world
  const known = await findAccountsByUris(db, addresses)
  const unknown = addresses.filter((address) => !known.has(address))
  for (const address of unknown) {
    if (!isUri(address)) refuse('request.invalid', { reason: 'an address is no id' })
    if (uris.isOurs(address) || isCollectionUri(address)) refuse('address.collection')
  }
  const found = await Promise.all(
    unknown.map(async (address) => {
      // Whoever cannot be reached must not keep anyone from speaking.
      const account = await directory.findByUri(address).catch(() => undefined)
      return account ? ([address, account] as const) : undefined
    }),
  )
  const all = [...known, ...found.filter((entry) => entry !== undefined)]
  return new Map(all.filter(([, account]) => account.kind !== 'application' || !account.local))
}
