import { PUBLIC, type Uris } from '../../base/uris.ts'
import { type Author, type Permission, permissionFor } from '../../domain/policies/policy.ts'
import type { StatusView } from '../../views/statuses.ts'
import type { AccountView, PostView, QuoteView } from '../../views/view.ts'

export type QuoteStateWord = 'pending' | 'accepted' | 'rejected' | 'revoked' | 'deleted' | 'unauthorized'

/**
 * How a quote stands, in Mastodon's words; undefined for one in an older form, which is a link as others are.
 * @param isInner the quote of a quoted post, of which nobody has looked whether its reader may see it
 */
export function quoteStateWord({ state, post }: QuoteView, isInner = false): QuoteStateWord | undefined {
  if (state === 'unstated') return undefined
  if (state === 'gone') return 'deleted'
  // Its author stands for it, but not before this reader.
  return state === 'accepted' && post === null && !isInner ? 'unauthorized' : state
}

export interface MastodonQuoteApproval {
  readonly automatic: readonly string[]
  readonly manual: readonly string[]
  readonly current_user?: 'automatic' | 'manual' | 'denied' | 'unknown'
}

/** Who may quote a post, and whether its reader may. */
export function quoteApprovalFrom(
  { post, mine }: Pick<StatusView, 'post' | 'mine'>,
  uris: Uris,
  reader: { readonly uri: string; readonly isAuthor: boolean } | undefined,
): MastodonQuoteApproval {
  const author = authorOf(post.author, uris)
  const sub = policyOf(post)?.quote
  const words = (list: readonly string[] = []) => wordsOf(list, author)
  const permission =
    reader &&
    permissionFor('quote', policyOf(post), author, {
      actorUri: reader.uri,
      isAuthor: reader.isAuthor,
      isNamed: mine?.named ?? false,
      followsAuthor: mine?.follows ?? false,
      followedByAuthor: mine?.followed ?? false,
    })
  return {
    automatic: words(sub?.automatic),
    manual: words(sub?.manual),
    ...(permission && { current_user: PERMISSIONS[permission] }),
  }
}

const PERMISSIONS = {
  allowed: 'automatic',
  member: 'automatic',
  ask: 'manual',
  refused: 'denied',
} as const satisfies Record<Permission, MastodonQuoteApproval['current_user']>

/** What a post of ours leaves unsaid is for everybody, as far as it is itself. */
function policyOf({ policy, local, visibility }: PostView): PostView['policy'] {
  if (policy !== null || !local) return policy
  return visibility === 'public' || visibility === 'unlisted' ? OPEN : null
}
const OPEN = { quote: { automatic: [PUBLIC], manual: [] } }

function authorOf({ uri, local, id, followersUrl, followingUrl }: AccountView, uris: Uris): Author {
  return local
    ? { uri, followersUrl: uris.followers(id), followingUrl: uris.following(id) }
    : { uri, followersUrl, followingUrl }
}

/** The author alone is nobody; what is no word of Mastodon's is `unsupported_policy`. */
function wordsOf(list: readonly string[], author: Author): string[] {
  const words = list
    .filter((uri) => uri !== author.uri)
    .map((uri) => {
      if (uri === PUBLIC) return 'public'
      if (uri === author.followersUrl) return 'followers'
      return uri === author.followingUrl ? 'following' : 'unsupported_policy'
    })
  return [...new Set(words)]
}
