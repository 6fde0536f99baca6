import { PUBLIC, type Uris } from '../../base/uris.ts'
import { isOpen, type Visibility } from '../../base/visibility.ts'
import type { InteractionKind, PolicyJson, SubPolicyJson } from '../../db/tables/quotes.ts'
import type { Account } from '../accounts/account.ts'

export type { ApprovalState, InteractionKind } from '../../db/tables/quotes.ts'

/** Who may do what with a post, in the terms of the wire (GoToSocial's interaction controls, FEP-044f). */
export type Policy = PolicyJson
export type SubPolicy = SubPolicyJson

export const interactionKinds = ['like', 'reply', 'announce', 'quote'] as const satisfies InteractionKind[]

/** Who may, as people choose it; `mentioned` are those whom the post names, who may reply in any case. */
export const presets = ['everyone', 'followers', 'following', 'mentioned', 'nobody'] as const
export type Preset = (typeof presets)[number]
/** A preset; with `+ask`, everybody else may ask, and waits for an answer. */
export type Choice = Preset | `${Preset}+ask`
export type Choices = { readonly [Kind in InteractionKind]?: Choice }

/** A choice as it was typed; undefined when it is none. */
export function choiceFrom(text: string): Choice | undefined {
  const [preset = '', more] = text.split('+', 2)
  const known = presets.some((each) => each === preset)
  return known && (more === undefined || more === 'ask') ? (text as Choice) : undefined
}

/** The author and what of theirs a policy can name. */
export interface Author {
  readonly uri: string
  readonly followersUrl: string | null
  readonly followingUrl: string | null
}

export function authorOf(account: Pick<Account, 'id' | 'uri'>, uris: Uris): Author {
  return {
    uri: account.uri,
    followersUrl: uris.followers(account.id),
    followingUrl: uris.following(account.id),
  }
}

/**
 * The policy of a post of ours, each kind stated: that is how others know that we hold to it. Nobody is written as the
 * author alone, for an empty list reads as "not said". What is for few can neither be quoted nor boosted by others.
 */
export function policyFrom(
  choices: Choices,
  author: Author,
  post: { readonly visibility: Visibility; readonly mentionUris: readonly string[] },
): Required<Omit<Policy, 'byDoing'>> {
  const open = isOpen(post.visibility)
  const stated = (kind: InteractionKind, always: readonly string[]) =>
    subPolicyFrom(choices[kind] ?? 'everyone', author, [author.uri, ...always], post.mentionUris)
  const alone: SubPolicy = { automatic: [author.uri], manual: [] }
  return {
    like: stated('like', []),
    // Whoever is named may answer: else one could speak of them before everybody and leave them no word.
    reply: stated('reply', post.mentionUris),
    announce: open ? stated('announce', []) : alone,
    quote: open ? stated('quote', []) : alone,
  }
}

/**
 * The policy of a post of ours as an app states it, part by part; what it does not state is as `usual`. Its author may do
 * everything, whoever it names may answer, and what is for few stays among them, whatever is stated.
 */
export function policyAsStated(
  stated: Policy,
  usual: Policy,
  author: Author,
  post: { readonly visibility: Visibility; readonly mentionUris: readonly string[] },
): Policy {
  const kinds = isOpen(post.visibility) ? interactionKinds : (['like', 'reply'] as const)
  const parts = kinds.flatMap((kind) => {
    const { automatic, manual } = stated[kind] ?? {}
    if (automatic === undefined || manual === undefined) return []
    const always = [author.uri, ...(kind === 'reply' ? post.mentionUris : [])]
    const isOpenToAll = automatic.includes(PUBLIC)
    return [[kind, { automatic: isOpenToAll ? automatic : union(always, automatic), manual }] as const]
  })
  return { ...usual, ...Object.fromEntries(parts) }
}

const union = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])]

function subPolicyFrom(
  choice: Choice,
  author: Author,
  always: readonly string[],
  mentioned: readonly string[],
): SubPolicy {
  const [preset, ask] = choice.split('+') as [Preset, 'ask' | undefined]
  if (preset === 'everyone') return { automatic: [PUBLIC], manual: [] }
  const collection =
    preset === 'followers' ? author.followersUrl : preset === 'following' ? author.followingUrl : null
  const named = [...always, ...(collection ? [collection] : []), ...(preset === 'mentioned' ? mentioned : [])]
  return { automatic: [...new Set(named)], manual: ask ? [PUBLIC] : [] }
}

/** How somebody stands to a post and its author. */
export interface Standing {
  readonly actorUri: string
  readonly isAuthor: boolean
  /** named in the post, or answered by it */
  readonly isNamed: boolean
  readonly followsAuthor: boolean
  readonly followedByAuthor: boolean
}

/**
 * - `allowed`: without a word
 * - `member`: as one of the author's followers, or of those whom they follow, which their own server alone can tell
 * - `ask`: only once the author says yes
 */
export type Permission = 'allowed' | 'member' | 'ask' | 'refused'

/**
 * What a policy lets somebody do. The more exact word counts: a person before a collection, a collection before Public;
 * of two equal ones the kinder. What a policy does not mention everybody may do, but for quoting (FEP-044f).
 * @param policy null when the post states none at all
 */
export function permissionFor(
  kind: InteractionKind,
  policy: Policy | null,
  author: Author,
  standing: Standing,
): Permission {
  if (standing.isAuthor) return 'allowed'
  if (kind === 'reply' && standing.isNamed) return 'allowed'
  const sub = policy?.[kind]
  if (sub === undefined) return kind === 'quote' ? 'refused' : 'allowed'
  const memberOf = collectionsOf(author, standing)
  if (sub.automatic.includes(standing.actorUri)) return 'allowed'
  if (sub.manual.includes(standing.actorUri)) return 'ask'
  if (sub.automatic.some((uri) => memberOf.includes(uri))) return 'member'
  if (sub.manual.some((uri) => memberOf.includes(uri))) return 'ask'
  if (sub.automatic.includes(PUBLIC)) return 'allowed'
  return sub.manual.includes(PUBLIC) ? 'ask' : 'refused'
}

function collectionsOf(author: Author, standing: Standing): readonly string[] {
  const named = [
    standing.followsAuthor ? author.followersUrl : null,
    standing.followedByAuthor ? author.followingUrl : null,
  ]
  return named.filter((url) => url !== null)
}

/** Which preset a part of a policy comes to, for people to read; `some` for what is none of them. */
export function presetOf(sub: SubPolicy | undefined, author: Author): Preset | 'some' {
  if (sub === undefined || sub.automatic.includes(PUBLIC)) return 'everyone'
  const others = sub.automatic.filter((uri) => uri !== author.uri)
  if (author.followersUrl !== null && others.includes(author.followersUrl)) return 'followers'
  if (author.followingUrl !== null && others.includes(author.followingUrl)) return 'following'
  if (sub.manual.length > 0) return 'some'
  return others.length > 0 ? 'mentioned' : 'nobody'
}
