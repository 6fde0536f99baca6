import type { Handle } from '../../base/handles.ts'
import { refuse } from '../../base/refusal.ts'
import { cleanText } from '../../text/clean.ts'
import { htmlFrom } from '../../text/html.ts'
import { lengthOf } from '../../text/length.ts'
import { handlesIn, hashtagsIn } from '../../text/tokens.ts'
import type { Account } from '../accounts/account.ts'
import type { World } from '../world.ts'
import type { Draft } from './post.ts'

export interface Composed {
  readonly source: string
  readonly contentHtml: string
  readonly mentions: readonly Account[]
  readonly hashtags: readonly { readonly name: string; readonly displayName: string }[]
}

/**
 * Makes what will be stored of the words that somebody typed: their HTML, and whom and what they name.
 * May ask strangers' servers who a handle is, so it comes before any transaction; a handle that nobody answers to
 * stays plain text. Refuses words that are too long, and no words at all unless the post holds something else.
 */
export async function compose(
  world: World,
  text: string,
  summary: string,
  mayBeEmpty = false,
): Promise<Composed> {
  const source = cleanText(text).trim()
  if (source === '' && !mayBeEmpty) refuse('post.empty')
  const length = lengthOf(source) + lengthOf(summary)
  if (length > world.limits.postLength) refuse('post.too-long', { limit: world.limits.postLength, length })

  const found = await findMentioned(world, handlesIn(source))
  const contentHtml = htmlFrom(source, {
    mention(handle) {
      const account = found.get(keyOf(handle))
      return account && { url: account.url ?? account.uri, name: account.name }
    },
    tagUrl: (name) => world.uris.tag(name),
  })
  const mentions = [...new Map([...found.values()].map((account) => [account.id, account])).values()]
  return { source, contentHtml, mentions, hashtags: hashtagsIn(source) }
}

/**
 * What a draft says in every language, its own included, as HTML; null where it speaks one alone.
 * @throws Refusal as `compose` does
 */
export async function translationsOf(
  world: World,
  draft: Draft,
  composed: Composed,
): Promise<Readonly<Record<string, string>> | null> {
  const others = Object.entries(draft.translations ?? {})
  requireLanguages([draft.language, ...others.map(([tag]) => tag)])
  if (others.length === 0 || draft.language === undefined) return null
  const map: Record<string, string> = { [draft.language]: composed.contentHtml }
  for (const [language, text] of others) map[language] ??= (await compose(world, text, '')).contentHtml
  return map
}

/** @throws Refusal 'post.language' for what is no BCP 47 tag by its form */
export function requireLanguages(tags: readonly (string | undefined)[]): void {
  try {
    Intl.getCanonicalLocales(tags.filter((tag) => tag !== undefined))
  } catch {
    refuse('post.language')
  }
}

export const keyOf = (handle: Handle) => `${handle.name.toLowerCase()}@${handle.host ?? ''}`

/** Who answers to these handles, by `keyOf`; may ask strangers’ servers. */
export async function findMentioned(world: World, handles: readonly Handle[]): Promise<Map<string, Account>> {
  const wanted = new Map(handles.map((handle) => [keyOf(handle), handle]))
  const found = await Promise.all(
    [...wanted].map(async ([key, handle]) => {
      // An unreachable server must not keep anyone from posting: the handle then stays text.
      const account = await world.directory.find(handle).catch(() => undefined)
      return account ? ([key, account] as const) : undefined
    }),
  )
  return new Map(found.filter((entry) => entry !== undefined))
}
