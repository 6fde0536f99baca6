import type { PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { Account } from '../accounts/account.ts'
import { askApproval, grantApproval, type Wanted } from '../policies/ask.ts'
import { judgePermissions } from '../policies/judge.ts'
import type { Permission, Policy } from '../policies/policy.ts'
import { adoptQuotes, attachQuotes } from '../quotes/attach.ts'
import type { World } from '../world.ts'
import type { Controls, IncomingQuote } from './controls.ts'
import { setApprovedBy } from './controls-store.ts'

/** Somebody elsewhere answers a post. */
export interface Reply {
  readonly uri: string
  readonly authorId: Account['id']
  readonly parent: { readonly id: PostId; readonly local: boolean } | undefined
}

/** What the authors of our posts let these replies be, by their uris; nothing of those that answer others. */
export async function admissionsOf(db: Db, replies: readonly Reply[]): Promise<Map<string, Permission>> {
  const ours = replies.flatMap(({ uri, authorId, parent }) =>
    parent?.local ? [{ uri, wish: { kind: 'reply' as const, actorId: authorId, targetId: parent.id } }] : [],
  )
  const permissions = await judgePermissions(
    db,
    ours.map(({ wish }) => wish),
  )
  return new Map(ours.map(({ uri }, index) => [uri, permissions[index] ?? 'refused']))
}

/** A post from elsewhere that was just stored. */
export interface Admitted {
  readonly id: PostId
  readonly uri: string
  readonly accountId: Account['id']
  readonly authorUri: string
  /** what it answers, where its author had a say in it */
  readonly parent: { readonly id: PostId; readonly uri: string; readonly accountId: Account['id'] } | null
  readonly admission: Permission | undefined
  /** the request with which it came */
  readonly request: { readonly kind: 'reply' | 'quote'; readonly uri: string } | undefined
  readonly quote: IncomingQuote | 'gone' | null
}

/**
 * What new posts from elsewhere need of others: a reply that is held is put before the author of what it answers, one
 * that was asked for or that only our author can vouch for gets a stamp, and quotes get their state.
 */
export async function admitPosts(world: World, tx: Tx, posts: readonly Admitted[]): Promise<void> {
  for (const post of posts) await admitReply(world, tx, post)
  await attachQuotes(
    world,
    tx,
    posts.flatMap((post) =>
      post.quote === null || post.quote === 'gone'
        ? []
        : {
            postId: post.id,
            postUri: post.uri,
            accountId: post.accountId,
            authorUri: post.authorUri,
            quote: post.quote,
            ...(post.request?.kind === 'quote' && { requestUri: post.request.uri }),
          },
    ),
  )
  await adoptQuotes(
    world,
    tx,
    posts.map(({ uri }) => uri),
  )
}

async function admitReply(world: World, tx: Tx, post: Admitted): Promise<void> {
  const { parent, admission, request, accountId, uri } = post
  if (parent === null || admission === undefined) return
  const requestUri = request?.kind === 'reply' ? request.uri : null
  const wanted: Wanted = {
    kind: 'reply',
    actor: { id: accountId, local: false },
    target: parent,
    uri,
    requestUri,
  }
  if (admission === 'ask') return askApproval(world, tx, wanted)
  if (admission !== 'member' && requestUri === null) return
  const stampUri = await grantApproval(world, tx, wanted)
  if (stampUri !== undefined) await setApprovedBy(tx, post.id, stampUri)
}

/** What a post from elsewhere is by what others say of it, beside its words. */
export interface Part {
  readonly authorUri: string
  readonly held: boolean
  readonly policy: Policy | null
  readonly admission: Permission | undefined
  readonly request: Admitted['request']
  readonly quote: Admitted['quote']
}

/** A reply to what is held is held with it: else one could answer oneself past everybody's approval. */
export function partOf(
  { policy, quote, authorUri }: Controls & { readonly authorUri: string },
  parentHeld: boolean,
  admission: Permission | undefined,
  request: Admitted['request'],
): Part {
  return { authorUri, held: parentHeld || admission === 'ask', policy, admission, request, quote }
}
