import type { Handle } from '../../base/handles.ts'
import { refuse } from '../../base/refusal.ts'
import { cleanText } from '../../text/clean.ts'
import { htmlFrom } from '../../text/html.ts'
import { lengthOf } from '../../text/length.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { handlesIn, hashtagsIn } from '../../text/tokens.ts'
import type { Account } from '../accounts/account.ts'
import type { World } from '../world.ts'
import type { Draft, Hashtags } from './post.ts'
import type { Written } from './written.ts'

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
  limit = world.limits.postLength,
): Promise<Composed> {
  const source = cleanText(text).trim()
  if (source === '' && !mayBeEmpty) refuse('post.empty')
  checkLength(source, summary, limit)

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

function checkLength(text: string, summary: string, limit: number): void {
  const length = lengthOf(text) + lengthOf(summary)
  if (length > limit) refuse('post.too-long', { limit, length })
}

/** What will be stored of the words of a draft or an edit. */
export interface Words {
  readonly contentHtml: string
  readonly source: string | null
  readonly sourceType: string | null
  readonly contentMap: Readonly<Record<string, string>> | null
  /** whom they name */
  readonly mentions: readonly Account[]
  readonly hashtags: Hashtags
}

/** Characters of what has a title: it is no note, and nobody reads it in passing. */
const LONGEST_ARTICLE = 100_000
const NOTES = ['note', 'question']

interface Wording extends Pick<Draft, 'text' | 'sourceType' | 'language' | 'translations'> {
  readonly kind?: string
  readonly written?: Written
  readonly hashtags?: Hashtags
}

/**
 * Makes what will be stored of words, be they typed or put into HTML by an app already.
 * @throws Refusal as `compose` does
 */
export async function wordsFrom(
  world: World,
  wording: Wording,
  summary: string,
  mayBeEmpty: boolean,
): Promise<Words> {
  const limit = NOTES.includes(wording.kind ?? 'note') ? world.limits.postLength : LONGEST_ARTICLE
  const { written, sourceType = null } = wording
  if (written) {
    const text = plainTextFrom(written.html)
    if (text === '' && !mayBeEmpty) refuse('post.empty')
    checkLength(text, summary, limit)
    const { html: contentHtml, ...rest } = written
    return { ...rest, contentHtml, mentions: [], hashtags: wording.hashtags ?? [] }
  }
  const composed = await compose(world, wording.text, summary, mayBeEmpty, limit)
  const hashtags = [...(wording.hashtags ?? []), ...composed.hashtags]
  return {
    ...composed,
    sourceType,
    contentMap: await translationsOf(world, wording, composed),
    hashtags: [...new Map(hashtags.map((tag) => [tag.name, tag])).values()],
  }
}

/**
 * What a draft says in every language, its own included, as HTML; null where it speaks one alone.
 * @throws Refusal as `compose` does
 */
async function translationsOf(
  world: World,
  draft: Pick<Draft, 'translations' | 'language'>,
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

/** Of so many is found out who they are; whatever looks like more of them stays text. */
const MOST_MENTIONED = 100

/** Who answers to these handles, by `keyOf`, as far as the first hundred of them; may ask strangers’ servers. */
export async function findMentioned(world: World, handles: readonly Handle[]): Promise<Map<string, Account>> {
  const wanted = [...new Map(handles.map((handle) => [keyOf(handle), handle]))].slice(0, MOST_MENTIONED)
  const found = await Promise.all(
    wanted.map(async ([key, handle]) => {
      // An unreachable server must not keep anyone from posting: the handle then stays text.
      const account = await world.directory.find(handle).catch(() => undefined)
      return account ? ([key, account] as const) : undefined
    }),
  )
  return new Map(found.filter((entry) => entry !== undefined))
}
