import type { AccountId, PostId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'
import { findTerms, type Terms } from './find.ts'
import { type InteractionKind, type Permission, permissionFor } from './policy.ts'

export interface Wish {
  readonly kind: InteractionKind
  readonly actorId: AccountId
  /** the post, which must be known */
  readonly targetId: PostId
}

/**
 * - `allowed`: it may be done at once
 * - `ask`: only once the author of the post says yes: of a post of ours it is held for them, of another's they are asked
 * - `refused`: never
 */
export type Verdict = 'allowed' | 'ask' | 'refused'

/**
 * Whether somebody may like, boost, quote or answer a post, by what its author states. It asks nothing about who may
 * see it: that is for `visibleTo`. Both ways: somebody elsewhere with a post of ours, and ours with anybody's.
 */
export async function judgeInteraction(db: Db, wish: Wish): Promise<Verdict> {
  return (await judgeInteractions(db, [wish]))[0] ?? 'refused'
}

/** The same for many, in one query and in the order given. */
export async function judgeInteractions(db: Db, wishes: readonly Wish[]): Promise<Verdict[]> {
  const terms = await findTerms(db, wishes)
  return wishes.map((wish, index) =>
    verdictFrom(permissionOf(wish, terms[index]), terms[index]?.local ?? false),
  )
}

/** The same more exactly: whether it is only as a member of a collection that they may. */
export async function judgePermissions(db: Db, wishes: readonly Wish[]): Promise<Permission[]> {
  const terms = await findTerms(db, wishes)
  return wishes.map((wish, index) => permissionOf(wish, terms[index]))
}

function permissionOf({ kind, actorId }: Wish, terms: Terms | undefined): Permission {
  if (terms === undefined) return 'refused'
  const isAuthor = terms.authorId === actorId
  if (terms.policy === null && terms.local) return unstated(kind, isAuthor, terms)
  const { authorUri: uri, followersUrl, followingUrl } = terms
  const author = { uri, followersUrl, followingUrl }
  return permissionFor(kind, terms.policy, author, { ...terms, isAuthor })
}

/** Our people who chose nothing let everybody do everything, but for passing on what they said to few. */
function unstated(kind: InteractionKind, isAuthor: boolean, { visibility }: Terms): Permission {
  const passesOn = kind === 'announce' || kind === 'quote'
  return isAuthor || !passesOn || isOpen(visibility) ? 'allowed' : 'refused'
}

/** Whether one of ours is among the followers of somebody elsewhere, others can only believe from them. */
function verdictFrom(permission: Permission, local: boolean): Verdict {
  if (permission === 'member') return local ? 'allowed' : 'ask'
  return permission
}
