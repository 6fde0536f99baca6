import { handleFrom } from '../base/handles.ts'
import type { PostId } from '../base/ids.ts'
import { Refusal } from '../base/refusal.ts'
import type { Account } from '../domain/accounts/account.ts'
import { findAccount, findAccountByUri, findLocalAccount } from '../domain/accounts/find.ts'
import { findFollowByUri } from '../domain/follows/find.ts'
import type { KnownPost } from '../domain/posts/find.ts'
import { findReactionsByUris } from '../domain/reactions/find.ts'
import type { World } from '../domain/world.ts'
import { isActor } from '../translate/from-activity/actor.ts'
import { idOf, isUri } from '../translate/json.ts'
import type { Fetcher } from './fetch.ts'

export type Found =
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'post'; readonly postId: PostId }

export interface LookUpParts {
  readonly world: World
  readonly fetcher: Pick<Fetcher, 'json'>
  /** a post that is known here, by its id or the address of its page */
  findPost(address: string): Promise<KnownPost | undefined>
  /** the same, asking its own server */
  resolvePost(address: string): Promise<KnownPost | undefined>
}

/**
 * Finds whom or what somebody means by a handle, an id or the address of a page; asks its own server when it is not known
 * here. Whether the asker may see what is found is not looked at.
 * @returns undefined when there is nothing, or nothing believable
 * @throws Transient when its server cannot be asked now
 */
export async function lookUp(parts: LookUpParts, text: string): Promise<Found | undefined> {
  const { world } = parts
  const wanted = text.trim()
  if (!isUri(wanted)) {
    const handle = handleFrom(wanted)
    return accountFound(handle && (await world.directory.find(handle)))
  }
  return (
    accountFound(await knownAccount(world, wanted)) ??
    postFound(await parts.findPost(wanted)) ??
    (world.uris.isOurs(wanted) ? ofOurActivity(world, wanted) : ask(parts, wanted))
  )
}

/** What a follow or reaction of somebody here is about: whoever undoes it knows its id. */
async function ofOurActivity({ db, uris }: World, uri: string): Promise<Found | undefined> {
  if (uris.activityIdFrom(uri) === undefined) return undefined
  const follow = await findFollowByUri(db, uri)
  if (follow) return accountFound(await findAccount(db, follow.followedId))
  const [reaction] = await findReactionsByUris(db, [uri])
  return reaction && { kind: 'post', postId: reaction.postId }
}

async function knownAccount({ db, uris }: World, address: string): Promise<Account | undefined> {
  if (!uris.isOurs(address)) return findAccountByUri(db, address)
  const id = uris.accountIdFrom(address)
  if (id) return findAccount(db, id)
  const name = /^\/@(\w+)\/?$/.exec(address.slice(uris.origin.length))?.[1]
  return name === undefined ? undefined : findLocalAccount(db, name)
}

async function ask(
  { world, fetcher, resolvePost }: LookUpParts,
  address: string,
): Promise<Found | undefined> {
  try {
    const { document } = await fetcher.json(address)
    const id = idOf(document)
    if (id === undefined) return undefined
    return isActor(document)
      ? accountFound(await world.directory.findByUri(id))
      : postFound(await resolvePost(id))
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

function accountFound(account: Account | undefined): Found | undefined {
  return account && account.kind !== 'application' ? { kind: 'account', account } : undefined
}

function postFound(post: KnownPost | undefined): Found | undefined {
  return post && { kind: 'post', postId: post.boostOfId ?? post.id }
}
