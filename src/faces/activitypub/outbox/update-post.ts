import { refuse } from '../../../base/refusal.ts'
import { isOpen } from '../../../base/visibility.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { findAccountsByIds } from '../../../domain/accounts/find.ts'
import { statePolicy } from '../../../domain/policies/choose.ts'
import { type Edit, editPost } from '../../../domain/posts/edit.ts'
import type { KnownPost } from '../../../domain/posts/find.ts'
import { contextsOf } from '../../../translate/from-activity/extension.ts'
import { type PostedNote, postedNoteFrom, saidKindOf } from '../../../translate/from-activity/posted-note.ts'
import { quoteUriOf } from '../../../translate/from-activity/quotes.ts'
import { type JsonObject, listOf } from '../../../translate/json.ts'
import { noteObject } from '../../../translate/to-activity/note.ts'
import { viewPostAsAuthor } from '../../../views/posts.ts'
import type { PostView } from '../../../views/view.ts'
import { typesOf } from './classify.ts'
import { extensionFrom, namedIn } from './draft.ts'
import { type Files, filesAmong } from './files.ts'
import { isSame, merged } from './merge.ts'
import { policyIn } from './policy.ts'
import type { Addressing, Posted, Posting } from './posting.ts'
import { nobody, speak } from './speak.ts'

const OF_POLLS = ['oneOf', 'anyOf', 'endTime', 'closed']
const OF_POLICIES = new Set(['@context', 'id', 'type', 'updated', 'interactionPolicy'])
const OF_QUOTES = ['quote', 'quoteUri', 'quoteUrl', '_misskey_quote', 'quoteAuthorization']

/** Changes some of a post; all of it is told to whoever it is for, until now or from now on. */
export async function updatePost(posting: Posting, post: KnownPost, patch: JsonObject): Promise<Posted> {
  const { world, tx, actor, activity, audience } = posting
  if (audience.public && !isOpen(post.visibility)) refuse('act.widening')
  if (audience.followers && post.visibility === 'direct') refuse('act.widening')
  const view = await viewPostAsAuthor(tx, post.id, actor.id)
  if (!view) return refuse('act.object-unknown')
  checkType(view, patch)
  const current = currentFrom(view, noteObject(view, world.uris))
  checkQuote(current, patch)
  const next = {
    ...merged(current, patch),
    '@context': [...contextsOf(current), ...contextsOf(activity), ...contextsOf(patch)],
  }
  const posted = postedNoteFrom(next, view.kind, world.clock.now())
  const edit = await editFrom(posting, view, { current, patch, next }, posted)
  const { object: _object, ...words } = activity
  // Who may do what with it is nothing that people see as an edit.
  const onlyStates = edit.stated !== undefined && Object.keys(patch).every((term) => OF_POLICIES.has(term))
  const work = onlyStates
    ? () => statePolicy(world, actor, post.id, edit.stated ?? null)
    : () => editPost(world, actor, post.id, edit)
  const activityId = await speak(posting, { usual: true, audience: nobody, words }, work)
  return { activityId: activityId ?? refuse('reply.held') }
}

/** What it is does not change; how else it may be called does. */
function checkType(view: PostView, patch: JsonObject): void {
  if (!('type' in patch)) return
  const kind = saidKindOf(typesOf(patch))
  if (kind !== (view.poll ? 'question' : view.kind)) refuse('object.protected', { term: 'type' })
}

/** Whoever let it quote them let it quote that; what quotes something else is another post. */
function checkQuote(current: JsonObject, patch: JsonObject): void {
  for (const term of OF_QUOTES)
    if (term in patch && !isSame(current[term], patch[term])) refuse('object.protected', { term })
  if (!('tag' in patch)) return
  const quotedIn = ({ tag }: JsonObject) => quoteUriOf({ tag })
  const quoted = quotedIn(patch)
  if (quoted !== null && quoted !== quotedIn(current)) refuse('object.protected', { term: 'quote' })
}

/** A post as its author's app knows it, with its words as they were written and its own address as the app gave it. */
function currentFrom(view: PostView, json: JsonObject): JsonObject {
  const extension = (view.extension ?? {}) as JsonObject
  const { contentMap: _map, url: _url, ...rest } = json
  const map = view.contentMap ?? (view.language === null ? undefined : { [view.language]: view.contentHtml })
  return {
    ...rest,
    '@context': listOf(extension['@context']),
    content: view.contentHtml,
    ...(map && { contentMap: map }),
    ...(extension.url === undefined ? {} : { url: extension.url }),
  }
}

async function editFrom(
  posting: Posting,
  view: PostView,
  {
    current,
    patch,
    next,
  }: { readonly current: JsonObject; readonly patch: JsonObject; readonly next: JsonObject },
  posted: PostedNote,
): Promise<Edit> {
  const files = 'attachment' in patch ? await filesAmong(posting, posted.attachments) : undefined
  const people = namedIn(await readersNow(posting, view), posted.taggedUris)
  const elsewhere = files?.elsewhere ?? listOf((view.extension as JsonObject | null)?.attachment)
  const isPoll = view.poll !== null
  const asksAnew = isPoll && OF_POLLS.some((term) => term in patch)
  const { written, language } = posted
  const states =
    'interactionPolicy' in patch && !isSame(current.interactionPolicy, patch.interactionPolicy ?? null)
  const stated = states ? policyIn(posting, patch) : undefined
  return {
    text: posted.text,
    summary: posted.summary,
    sensitive: posted.sensitive ?? view.sensitive,
    title: posted.title,
    hashtags: posted.hashtags,
    audience: people,
    extension: extensionFrom(next, { ...posted, isPoll }, people, { elsewhere }),
    ...(written && { written }),
    ...(language !== null && { language }),
    ...(files &&
      ({ mediaIds: files.mediaIds, descriptions: files.descriptions } satisfies Partial<Edit & Files>)),
    ...(asksAnew && posted.poll && { poll: posted.poll }),
    ...(stated !== undefined && { stated }),
  }
}

/** Whoever may read it, by name, and whoever the app names now. */
async function readersNow({ tx, audience }: Posting, { mentions }: PostView): Promise<Addressing> {
  const known = await findAccountsByIds(
    tx,
    mentions.map(({ id }) => id),
  )
  const all = new Map<Account['id'], Account>()
  for (const account of [...known.values(), ...audience.to, ...audience.cc]) all.set(account.id, account)
  return { ...audience, to: [...all.values()], cc: [] }
}
