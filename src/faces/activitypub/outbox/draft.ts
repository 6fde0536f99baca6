import { refuse } from '../../../base/refusal.ts'
import { isOpen } from '../../../base/visibility.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { blockedBetween } from '../../../domain/blocks/find.ts'
import { findVisibleObject } from '../../../domain/objects/find.ts'
import { findOriginal } from '../../../domain/posts/boost-find.ts'
import { findPostByUri, type KnownPost } from '../../../domain/posts/find.ts'
import type { Draft, NamedAudience } from '../../../domain/posts/post.ts'
import { hashtagFrom } from '../../../text/tokens.ts'
import { extensionOf, hrefOf } from '../../../translate/from-activity/extension.ts'
import type { PostedNote } from '../../../translate/from-activity/posted-note.ts'
import { isObject, type Json, type JsonObject, textOf, typeOf } from '../../../translate/json.ts'
import { type Files, filesAmong } from './files.ts'
import { policyIn } from './policy.ts'
import type { Addressing, Posting } from './posting.ts'

const NOTES = ['note', 'question']

/**
 * What an app wrote, as the one draft from which every post is made.
 * @throws Refusal 'act.object-unknown', 'reply.refused', 'quote.not-found' or 'media.not-found', and what `policyIn` throws
 */
export async function draftFrom(posting: Posting, note: JsonObject, posted: PostedNote): Promise<Draft> {
  const files = await filesAmong(posting, posted.attachments)
  const people = namedIn(posting.audience, posted.taggedUris)
  const { language, publishedAt, sensitive, written, kind, summary } = posted
  const stated = policyIn(posting, note)
  return {
    text: posted.text,
    kind,
    title: posted.title,
    summary,
    visibility: posting.audience.visibility,
    sensitive: sensitive ?? (NOTES.includes(kind) && summary !== ''),
    hashtags: posted.hashtags,
    mediaIds: files.mediaIds,
    descriptions: files.descriptions,
    audience: people,
    extension: extensionFrom(note, { ...posted, isPoll: posted.poll !== undefined }, people, files),
    ...(written && { written }),
    ...(language !== null && { language }),
    ...(publishedAt && { publishedAt }),
    ...(posted.poll && { poll: posted.poll }),
    ...(stated && { stated }),
    ...(await answering(posting, posted.inReplyToUri)),
    ...(await quoting(posting, posted.quoteUri)),
  }
}

/** Everybody addressed may read it; it names those whom it also tags. */
export function namedIn(audience: Addressing, taggedUris: readonly string[]): NamedAudience {
  const open = [...audience.to, ...audience.cc]
  const isTagged = (account: Account) => taggedUris.some((uri) => isAt(account, uri))
  return {
    named: open.filter(isTagged),
    silent: open.filter((account) => !isTagged(account)),
    blind: [...audience.bto, ...audience.bcc],
  }
}

/** What the app says in other words than ours. */
export function extensionFrom(
  note: JsonObject,
  posted: Pick<PostedNote, 'kind' | 'quoteUri'> & { readonly isPoll: boolean },
  people: Pick<NamedAudience, 'named'>,
  { elsewhere }: Pick<Files, 'elsewhere'>,
) {
  const isOwnTag = (tag: Json) => {
    const href = hrefOf(tag)
    if (href !== undefined) return people.named.some((account) => isAt(account, href))
    if (!isObject(tag)) return true
    if (typeOf(tag) === 'Hashtag') return hashtagFrom(textOf(tag.name) ?? '') !== undefined
    return typeOf(tag) === 'Link' && posted.quoteUri !== null && tag.href === posted.quoteUri
  }
  return extensionOf(note, {
    kind: posted.kind,
    isPoll: posted.isPoll,
    isOwnTag,
    attachments: elsewhere,
  })
}

function isAt({ uri, url }: Account, address: string): boolean {
  return uri === address || url === address
}

/** Of a post elsewhere that cannot be had, or is not theirs to see, only its id is kept. */
async function answering(
  posting: Posting,
  uri: string | null,
): Promise<Pick<Draft, 'replyTo' | 'replyToUri'>> {
  if (uri === null) return {}
  const { tx, world, actor } = posting
  const parent = await findPostByUri(tx, uri)
  const seen = parent && (await findOriginal(tx, parent.id, { accountId: actor.id }))
  if (seen) return { replyTo: seen.id }
  if (parent && (await isKeptApart(posting, parent))) refuse('reply.refused')
  if (world.uris.isOurs(uri) && !(await isObjectOfOurs(posting, uri))) refuse('act.object-unknown')
  return { replyToUri: uri }
}

async function isKeptApart({ tx, actor }: Posting, post: KnownPost): Promise<boolean> {
  return isOpen(post.visibility) && (await blockedBetween(tx, actor.id, [post.accountId])).size > 0
}

async function isObjectOfOurs({ tx, world, actor }: Posting, uri: string): Promise<boolean> {
  const id = world.uris.objectIdFrom(uri)
  return id !== undefined && (await findVisibleObject(tx, id, { accountId: actor.id })) !== undefined
}

async function quoting({ tx, known }: Posting, uri: string | null): Promise<Pick<Draft, 'quoteOf'>> {
  if (uri === null) return {}
  const quoted = known.posts.get(uri) ?? (await findPostByUri(tx, uri))
  return { quoteOf: quoted?.id ?? refuse('quote.not-found') }
}
