import type { AccountId, AttachmentId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { Fact } from '../../facts/facts.ts'
import { record } from '../../facts/record.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { findAccountsByUris } from '../accounts/find.ts'
import { describeFiles, focusFiles } from '../media/describe.ts'
import type { Policy } from '../policies/policy.ts'
import type { DraftPoll } from '../polls/poll.ts'
import type { World } from '../world.ts'
import { requireLanguages, wordsFrom } from './compose.ts'
import { setPolicy } from './controls-store.ts'
import { findVisible, type KnownPost } from './find.ts'
import { changeHeld, type EditedHolder, receiveCounts, replaceFilesAfar, replaceHeld } from './hold.ts'
import { policyOf } from './leave.ts'
import { findParts, type PostParts } from './parts-find.ts'
import type { Hashtags, Incoming, NamedAudience } from './post.ts'
import { addReaders } from './readers.ts'
import { receiveControls } from './revise-controls.ts'
import {
  deleteHashtags,
  deleteMentionsExcept,
  insertHashtags,
  insertMentions,
  lockPost,
  lockPosts,
  type Revision,
  revisePost,
  setExtension,
} from './store.ts'
import type { Extension, Written } from './written.ts'

export interface Edit {
  readonly text: string
  readonly summary?: string
  readonly sensitive?: boolean
  readonly language?: string
  /** null takes its title away; it stays when left out */
  readonly title?: string | null
  /** in place of `text`, where an app has made HTML of it */
  readonly written?: Written
  /** media type of `text` */
  readonly sourceType?: string
  /** hashtags beside those in `text` */
  readonly hashtags?: Hashtags
  /** whom it names and for whom it is from now on; nobody who could read it before is shut out */
  readonly audience?: NamedAudience
  readonly descriptions?: ReadonlyMap<AttachmentId, string>
  /** the spots of its files that must stay visible, by their ids */
  readonly focuses?: ReadonlyMap<AttachmentId, { readonly x: number; readonly y: number }>
  /** what stays when left out */
  readonly extension?: Extension | null
  /** all that it is to hold, in this order; what it holds stays when left out */
  readonly mediaIds?: readonly AttachmentId[]
  /** null takes its poll away; it stays when left out */
  readonly poll?: DraftPoll | null
  /** who may do what with it; null for what its author always has */
  readonly stated?: Policy | null
}

/** Lets a post of ours say something else; what it said before stays readable as its history. */
export async function editPost(world: World, author: LocalAccount, id: PostId, edit: Edit): Promise<void> {
  const post = await findVisible(world.db, id, { accountId: author.id })
  if (!post || post.boostOfId !== null) refuse('post.not-found')
  if (post.accountId !== author.id) refuse('post.not-yours')
  requireLanguages([edit.language])
  const summary = edit.summary?.trim() ?? post.summary
  const title = edit.title === undefined ? post.title : edit.title
  const mayBeEmpty = (edit.mediaIds?.length ?? 0) > 0 || edit.audience !== undefined
  const words = await wordsFrom(world, { ...edit, kind: post.kind }, summary, mayBeEmpty)
  const mentions = edit.audience?.named ?? words.mentions

  await transact(world.db, async (tx) => {
    const current = await lockPost(tx, post.uri)
    if (!current) refuse('post.not-found')
    const parts = (await findParts(tx, [current.id])).get(current.id)
    if (!parts) refuse('post.not-found')
    const facts = await apply(tx, current, parts, {
      revision: {
        ...words,
        summary,
        sensitive: edit.sensitive ?? current.sensitive,
        language: edit.language ?? current.language,
        title,
        kind: edit.poll === undefined ? current.kind : edit.poll ? 'question' : 'note',
      },
      hold: (tx) => changeOwn(world, tx, author, { post: current, edit, mentions }),
      mentions,
      keepsReaders: edit.audience !== undefined,
      hashtags: words.hashtags,
      at: world.clock.now(),
    })
    await record(world, tx, facts)
  })
}

/** What only a post of ours has beside its words. */
async function changeOwn(
  world: World,
  tx: Tx,
  author: LocalAccount,
  {
    post,
    edit,
    mentions,
  }: { readonly post: KnownPost; readonly edit: Edit; readonly mentions: readonly Account[] },
): Promise<void> {
  await changeHeld(world, tx, post, edit)
  if (edit.descriptions) await describeFiles(tx, post.accountId, edit.descriptions)
  if (edit.focuses) await focusFiles(tx, post.accountId, edit.focuses)
  if (edit.extension !== undefined) await setExtension(tx, post.id, edit.extension)
  if (edit.audience) await addReaders(tx, post.id, edit.audience)
  if (edit.stated !== undefined) {
    const { visibility } = post
    const stated = edit.stated === null ? {} : { stated: edit.stated }
    const named = mentions.map(({ uri }) => uri)
    await setPolicy(
      tx,
      post.id,
      await policyOf({ ...world, db: tx }, author, { visibility, ...stated }, named),
    )
  }
}

export type EditOutcome = 'edited' | 'counted' | 'unknown' | 'older'

/** An Update from elsewhere, already known to come from the post's own author. */
export interface IncomingEdit {
  readonly author: Account
  readonly incoming: Incoming
  /** the activity that said so */
  readonly activityUri?: string | undefined
}

/**
 * One Update. Only a newer one changes anything, and whom the post is for never changes.
 * @throws Refusal 'post.not-yours'
 */
export async function receiveEdit(world: World, author: Account, incoming: Incoming): Promise<EditOutcome> {
  const [outcome = 'unknown'] = await receiveEdits(world, [{ author, incoming }])
  return outcome === 'not-yours' ? refuse('post.not-yours') : outcome
}

/** The same for many, in one transaction as long as no post is among them twice. */
export async function receiveEdits(
  world: World,
  edits: readonly IncomingEdit[],
): Promise<(EditOutcome | 'not-yours')[]> {
  const first = new Map<string, number>()
  for (const [index, { incoming }] of edits.entries()) {
    if (!first.has(incoming.uri)) first.set(incoming.uri, index)
  }
  const isFirst = (index: number, { incoming }: IncomingEdit) => first.get(incoming.uri) === index
  const once = edits.filter((edit, index) => isFirst(index, edit))
  const again = edits.filter((edit, index) => !isFirst(index, edit))
  const [now, later] = [
    await receiveTogether(world, once),
    again.length > 0 ? await receiveEdits(world, again) : [],
  ]
  return edits.map((edit, index) => (isFirst(index, edit) ? now.shift() : later.shift()) ?? 'unknown')
}

async function receiveTogether(
  world: World,
  edits: readonly IncomingEdit[],
): Promise<(EditOutcome | 'not-yours')[]> {
  const mentioned = await findAccountsByUris(world.db, [
    ...new Set(edits.flatMap(({ incoming }) => incoming.mentionUris)),
  ])
  return transact(world.db, async (tx) => {
    const posts = await lockPosts(
      tx,
      edits.map(({ incoming }) => incoming.uri),
    )
    const parts = await findParts(
      tx,
      [...posts.values()].map(({ id }) => id),
    )
    const outcomes: (EditOutcome | 'not-yours')[] = []
    const facts: Fact[] = []
    const edited: EditedHolder[] = []
    for (const edit of edits) {
      const { author, incoming } = edit
      const post = posts.get(incoming.uri)
      const hanging = post && parts.get(post.id)
      if (!post || !hanging) outcomes.push('unknown')
      else if (post.accountId !== author.id) outcomes.push('not-yours')
      else {
        const people = incoming.mentionUris.flatMap((uri) => mentioned.get(uri) ?? [])
        const [outcome, ...said] = await receiveOne(world, tx, post, hanging, edit, people)
        outcomes.push(outcome)
        facts.push(...said)
        if (outcome === 'edited') edited.push({ post, parts: hanging, holds: incoming })
      }
    }
    await replaceFilesAfar(world, tx, edited)
    if (facts.length > 0) await record(world, tx, facts)
    return outcomes
  })
}

async function receiveOne(
  world: World,
  tx: Tx,
  post: KnownPost,
  parts: PostParts,
  { author, incoming, activityUri }: IncomingEdit,
  mentions: readonly Account[],
): Promise<readonly [EditOutcome, ...Fact[]]> {
  await receiveControls(world, tx, post, parts, author, incoming)
  // Without a newer date it may only bring the counts of a poll, and a quote's stamp.
  const { updatedAt } = incoming
  if (!updatedAt || updatedAt <= (post.editedAt ?? post.publishedAt)) {
    return [(await receiveCounts(world, tx, post, incoming)) ? 'counted' : 'older']
  }
  const facts = await apply(tx, post, parts, {
    revision: incoming,
    hold: (tx) => replaceHeld(world, tx, post, parts, author, incoming),
    mentions,
    hashtags: incoming.hashtags,
    at: new Date(Math.min(updatedAt.getTime(), world.clock.now().getTime())),
    activityUri,
  })
  return ['edited', ...facts]
}

interface Change {
  readonly revision: Revision
  /** lets the post hold what it is to hold now */
  readonly hold: (tx: Tx) => Promise<void>
  readonly mentions: readonly Account[]
  /** whoever could read it may go on to */
  readonly keepsReaders?: boolean
  readonly hashtags: Incoming['hashtags']
  readonly at: Date
  readonly activityUri?: string | undefined
}

/** @returns what is to be told of it */
async function apply(tx: Tx, post: KnownPost, parts: PostParts, change: Change): Promise<readonly Fact[]> {
  await revisePost(tx, post, change.revision, change.at)
  await change.hold(tx)
  await changeMentions(tx, post, parts.mentioned, change)
  await changeHashtags(tx, post, parts.hashtags, change.hashtags)
  // Of what is held nobody has heard yet.
  if (post.held) return []
  const { id: postId, accountId: authorId, local } = post
  const { activityUri } = change
  return [{ type: 'post.edited', postId, authorId, local, formerlyMentioned: parts.mentioned, activityUri }]
}

async function changeMentions(
  tx: Tx,
  post: KnownPost,
  before: readonly AccountId[],
  { mentions: now, keepsReaders = false }: Change,
): Promise<void> {
  const kept = new Set(keepsReaders ? before : keptMentions(post, before, now))
  if (before.some((accountId) => !kept.has(accountId))) await deleteMentionsExcept(tx, post.id, [...kept])
  const added = now.filter((account) => !before.includes(account.id))
  await insertMentions(
    tx,
    added.map((account) => ({ postId: post.id, accountId: account.id })),
  )
}

async function changeHashtags(
  tx: Tx,
  { id }: KnownPost,
  before: readonly string[],
  now: Incoming['hashtags'],
): Promise<void> {
  const wanted = new Set(now.map(({ name }) => name))
  if (before.length === wanted.size && before.every((name) => wanted.has(name))) return
  await deleteHashtags(tx, id)
  await insertHashtags(
    tx,
    now.map((tag) => ({ postId: id, ...tag })),
  )
}

/** Whoever could read a private post because it named them keeps that right; in an open one a name may go. */
function keptMentions(
  post: KnownPost,
  before: readonly AccountId[],
  now: readonly Account[],
): readonly AccountId[] {
  const isPrivate = post.visibility === 'followers' || post.visibility === 'direct'
  const named = now.map((account) => account.id)
  return isPrivate || post.inReplyToId !== null ? [...new Set([...before, ...named])] : named
}
