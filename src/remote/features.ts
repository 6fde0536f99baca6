import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import type { Account } from '../domain/accounts/account.ts'
import { type FeaturedTag, findFeaturedUrls } from '../domain/featured/find.ts'
import { MOST_PINS_AFAR, receivePins } from '../domain/featured/pin.ts'
import { MOST_TAGS, receiveFeaturedTags } from '../domain/featured/tag.ts'
import { findPostsByUris } from '../domain/posts/find.ts'
import { receivePosts } from '../domain/posts/receive.ts'
import type { World } from '../domain/world.ts'
import { hashtagFrom } from '../text/tokens.ts'
import { incomingFrom } from '../translate/from-activity/note.ts'
import { idOf, isObject, type Json, type JsonObject, sameOrigin, textOf, typeOf } from '../translate/json.ts'
import { readCollection } from './collections.ts'
import type { RemoteDirectory } from './directory.ts'
import type { Fetcher } from './fetch.ts'

const LIMITS = { pages: 2, items: MOST_PINS_AFAR, ms: 15_000 }

export interface FeatureParts {
  readonly world: World
  readonly fetcher: Fetcher
  readonly directory: Pick<RemoteDirectory, 'post'>
}

/**
 * Reads what an account elsewhere features, posts and hashtags, from its own lists: GoToSocial and others announce no
 * change of them. A list that cannot be had leaves what is known as it is.
 */
export async function readFeatures(parts: FeatureParts, account: Account): Promise<void> {
  const urls = await findFeaturedUrls(parts.world.db, account.id)
  if (urls?.featuredUrl) await readPins(parts, account, urls.featuredUrl)
  if (urls?.featuredTagsUrl) await readTags(parts, account, urls.featuredTagsUrl)
}

async function readPins(parts: FeatureParts, account: Account, url: string): Promise<void> {
  const items = await itemsOf(parts.fetcher, url)
  if (!items) return
  const listed = items.flatMap((item) => {
    const uri = idOf(item)
    return uri !== undefined && mayBePinnedBy(account, uri) ? [{ uri, item }] : []
  })
  const uris = [...new Set(listed.map(({ uri }) => uri))]
  const known = await findPostsByUris(parts.world.db, uris)
  for (const { uri, item } of listed) if (!known.has(uri)) await keepPost(parts, account, uri, item)
  await receivePins(parts.world, account, uris)
}

/** People feature what they said themselves; a group, what was said in it, wherever its people live. */
function mayBePinnedBy(account: Account, uri: string): boolean {
  return account.kind === 'group' || sameOrigin(uri, account.uri)
}

/** Listed whole by its author's own server, a post may be believed; else it is asked for. */
async function keepPost(parts: FeatureParts, account: Account, uri: string, item: Json): Promise<void> {
  const { world, directory } = parts
  try {
    const whole = isObject(item) && item.attributedTo !== undefined && sameOrigin(uri, account.uri)
    const note = whole ? (item as JsonObject) : await directory.post(uri)
    if (note === 'gone' || note === undefined) return
    const incoming = incomingFrom(note, world.clock.now())
    const isTheirs = incoming.authorUri === account.uri
    const isInGroup = account.kind === 'group' && incoming.audience === account.uri
    if (!isTheirs && !isInGroup) return
    const author = isTheirs ? account : await world.directory.findByUri(incoming.authorUri)
    if (author && !author.local) await receivePosts(world, [{ incoming, author, wanted: true, found: true }])
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Transient)) throw error
  }
}

async function readTags({ world, fetcher }: FeatureParts, account: Account, url: string): Promise<void> {
  const items = await itemsOf(fetcher, url)
  if (!items) return
  const tags = items
    .filter(isObject)
    .map(featuredTagFrom)
    .filter((tag) => tag !== undefined)
  await receiveFeaturedTags(world, account, tags.slice(0, MOST_TAGS))
}

/** A Hashtag as an account features it; undefined when it is none. */
function featuredTagFrom(item: JsonObject): FeaturedTag | undefined {
  const tag = typeOf(item) === 'Hashtag' ? hashtagFrom(textOf(item.name) ?? '') : undefined
  return tag && { ...tag, url: idOf(item.href) ?? null }
}

async function itemsOf(fetcher: Fetcher, url: string): Promise<readonly Json[] | undefined> {
  return readCollection(fetcher, url, LIMITS).then(
    ({ items }) => items,
    (error: unknown) => {
      if (error instanceof Refusal || error instanceof Transient) return undefined
      throw error
    },
  )
}
