import { clampPublished, type PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { isOpen } from '../../base/visibility.ts'
import { type Ending, type Tx, transactEnding } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account, AccountFigures, LocalAccount } from '../accounts/account.ts'
import { findAccountsByIds } from '../accounts/find.ts'
import { countPosts } from '../accounts/store.ts'
import { describeFiles } from '../media/describe.ts'
import { attachFiles, checkMedia } from '../media/keep.ts'
import { choicesFrom } from '../policies/find.ts'
import { beginPoll } from '../polls/keep.ts'
import { newPollFrom } from '../polls/poll.ts'
import { enterOwn } from '../timelines/fan-out.ts'
import type { World } from '../world.ts'
import { findOriginal } from './boost-find.ts'
import { wordsFrom } from './compose.ts'
import type { KnownPost } from './find.ts'
import { groupOf } from './group.ts'
import { noteWritten } from './just-written.ts'
import { askLeave, attachOwnQuote, leaveFor, policyOf } from './leave.ts'
import type { Draft, NewPost } from './post.ts'
import { countReplies, insertHashtags, insertMentions, insertPost } from './store.ts'
import { lookAround } from './surroundings-find.ts'

export interface Published {
  readonly id: PostId
  /** all of it, as long as nothing hangs on it but people and hashtags: see just-written.ts */
  readonly written?: NewPost | undefined
  /** of its author, where it was counted */
  readonly figures?: AccountFigures | undefined
}

/** Publishes a post. @returns its id */
export async function publishPost(world: World, author: LocalAccount, draft: Draft): Promise<PostId> {
  return (await publish(world, author, draft)).id
}

/** The one door through which a local post enters, whichever face it came by. */
export async function publish(world: World, author: LocalAccount, draft: Draft): Promise<Published> {
  const { db, ids, uris, clock } = world
  if (author.suspended) refuse('account.suspended')
  if (author.movedToUri !== null) refuse('account.moved')
  const summary = draft.summary?.trim() ?? ''
  const parent = draft.replyTo && (await findOriginal(db, draft.replyTo, { accountId: author.id }))
  if (draft.replyTo && !parent) refuse('post.parent-not-found')
  const leave = await leaveFor(world, author, draft, parent || undefined)
  const mediaIds = draft.mediaIds ?? []
  checkMedia(mediaIds)
  const poll = draft.poll && newPollFrom(draft.poll, world.limits, clock.now())
  const title = draft.title ?? null
  const words = await wordsFrom(world, draft, summary, mediaIds.length > 0 || isMoreThanWords(draft))

  const { audience } = draft
  const mentions = audience?.named ?? (await addressees(world, author, words.mentions, parent || undefined))
  const now = clock.now()
  const id = ids.next<PostId>()
  const unruled: Omit<NewPost, 'policy'> = {
    ...words,
    id,
    kind: poll ? 'question' : (draft.kind ?? 'note'),
    title,
    uri: uris.post(id),
    url: uris.postPage(author.name, id),
    author,
    visibility: draft.visibility,
    inReplyTo: parent || undefined,
    inReplyToUri: parent ? parent.uri : (draft.replyToUri ?? null),
    conversationId: parent ? parent.conversationId : id,
    audience: parent ? parent.audienceUri : null,
    summary,
    sensitive: draft.sensitive ?? summary !== '',
    language: draft.language ?? null,
    poll,
    publishedAt: clampPublished(draft.publishedAt, now),
    held: leave.held,
    mentions,
    quiet: audience ?? { silent: [], blind: [] },
    extension: draft.extension ?? null,
    clientId: draft.clientId ?? null,
  }

  const work = async (tx: Tx): Promise<Ending<Published, readonly AccountFigures[]>> => {
    const around = await lookAround(tx, author.id, world.limits.followersWithin + 1)
    const named = mentions.map(({ uri }) => uri)
    const usually = around && choicesFrom(around.defaultPolicy)
    const post = { ...unruled, policy: await policyOf({ ...world, db: tx }, author, draft, named, usually) }
    await insertPost(tx, post)
    await insertMentions(tx, readersOf(post))
    await insertHashtags(
      tx,
      post.hashtags.map((tag) => ({ postId: id, ...tag })),
    )
    if (draft.descriptions) await describeFiles(tx, author.id, draft.descriptions)
    await attachFiles(tx, author.id, id, mediaIds)
    if (poll) await beginPoll(tx, id, poll)
    await attachOwnQuote(world, tx, post, leave)
    const counted = isOpen(post.visibility) && !post.held
    if (counted && parent) await countReplies(tx, [{ postId: parent.id, by: 1 }])
    const written = mediaIds.length === 0 && !leave.quoted ? post : undefined
    if (written) noteWritten(tx, written)
    const ourParentId = parent?.local ? parent.id : null
    if (post.held) {
      await enterOwn(tx, id, author.id)
      // An app is answered with what it said, whoever else may read that yet.
      if (audience) await record(world, tx, { type: 'post.withheld', postId: id, authorId: author.id })
    } else {
      const plain = post.quiet.blind.length === 0
      await record(world, tx, {
        type: 'post.published',
        postId: id,
        authorId: author.id,
        ourParentId,
        plain,
        names: readersOf(post).length > 0,
        links: post.contentHtml.includes('<a '),
        direct: post.visibility === 'direct',
      })
    }
    await askLeave(world, tx, post, leave)
    // Whoever posts a lot waits here for their own posts before, so it comes last.
    const last = counted
      ? countPosts(tx, [{ accountId: author.id, by: 1, lastPostAt: post.publishedAt }])
      : Promise.resolve([])
    return { result: { id, written }, last }
  }
  const { result, last } = await transactEnding(db, work, { plans: 'once' })
  return { ...result, figures: last[0] }
}

/** What an app posts may be a question, a title or a warning alone. */
function isMoreThanWords({ audience, title, poll, summary }: Draft): boolean {
  return audience !== undefined && ((title ?? '') !== '' || poll !== undefined || (summary ?? '') !== '')
}

function readersOf({ id, mentions, quiet }: NewPost) {
  return [
    ...mentions.map((account) => ({ postId: id, accountId: account.id })),
    ...quiet.silent.map((account) => ({ postId: id, accountId: account.id, silent: true })),
    ...quiet.blind.map((account) => ({ postId: id, accountId: account.id, silent: true, blind: true })),
  ]
}

/** Whoever is named, and who must hear of it even when not: the author of what it answers, and the group that was in. */
async function addressees(
  world: World,
  author: Account,
  mentioned: readonly Account[],
  parent: KnownPost | undefined,
): Promise<readonly Account[]> {
  if (!parent) return mentioned
  const parentAuthor = (await findAccountsByIds(world.db, [parent.accountId])).get(parent.accountId)
  const heard = [parentAuthor, await groupOf(world, parent)].filter((account) => account !== undefined)
  const others = heard.filter((account) => account.id !== author.id)
  const all = new Map([...mentioned, ...others].map((account) => [account.id, account]))
  return [...all.values()]
}
