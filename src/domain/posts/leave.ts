import { refuse } from '../../base/refusal.ts'
import { isOpen } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { askApproval, grantApproval } from '../policies/ask.ts'
import { findDefaultChoices } from '../policies/find.ts'
import { judgeInteraction, type Verdict } from '../policies/judge.ts'
import { authorOf, type Choices, type Policy, policyAsStated, policyFrom } from '../policies/policy.ts'
import { insertQuote } from '../quotes/store.ts'
import type { World } from '../world.ts'
import { addSilentMention, countQuotes } from './controls-store.ts'
import { findVisible, type KnownPost } from './find.ts'
import type { Draft, NewPost } from './post.ts'

/** What the authors of other posts say to a post of ours that answers or quotes them. */
export interface Leave {
  readonly parent: KnownPost | undefined
  /** it waits for the author of what it answers */
  readonly held: boolean
  readonly quoted: { readonly post: KnownPost; readonly verdict: Verdict } | undefined
}

/** Refuses what the author of the other post forbids, before anything is written. */
export async function leaveFor(
  world: World,
  author: LocalAccount,
  draft: Draft,
  parent: KnownPost | undefined,
): Promise<Leave> {
  // One who answers what waits for their own word would show it to everybody.
  if (parent?.held) refuse('reply.held')
  const reply =
    parent && (await judgeInteraction(world.db, { kind: 'reply', actorId: author.id, targetId: parent.id }))
  if (reply === 'refused') refuse('reply.refused')
  return { parent, held: reply === 'ask', quoted: await quotedBy(world, author, draft) }
}

async function quotedBy(world: World, author: LocalAccount, draft: Draft): Promise<Leave['quoted']> {
  if (draft.quoteOf === undefined) return undefined
  const post = await findVisible(world.db, draft.quoteOf, { accountId: author.id })
  if (!post || post.boostOfId !== null || post.held) return refuse('quote.not-found')
  if (post.accountId !== author.id && !isOpen(post.visibility)) refuse('quote.refused')
  const wish = { kind: 'quote', actorId: author.id, targetId: post.id } as const
  const verdict = await judgeInteraction(world.db, wish)
  if (verdict === 'refused') refuse('quote.refused')
  return { post, verdict }
}

/**
 * Who may do what with the post: as its author says now, and for the rest as they always do.
 * @param usually what they always do, where that is known already
 */
export async function policyOf(
  world: World,
  author: LocalAccount,
  draft: Pick<Draft, 'policy' | 'stated' | 'visibility'>,
  mentionUris: readonly string[],
  usually?: Choices,
): Promise<Policy | null> {
  const choices: Choices = {
    ...(usually ?? (await findDefaultChoices(world.db, author.id))),
    ...draft.policy,
  }
  const limited = Object.values(choices).some((choice) => choice !== 'everyone')
  if (!limited && !draft.stated) return null
  const post = { visibility: draft.visibility, mentionUris }
  const by = authorOf(author, world.uris)
  const usual = policyFrom(choices, by, post)
  return draft.stated ? policyAsStated(draft.stated, usual, by, post) : usual
}

/** Keeps what a new post of ours quotes; to be done before the post is told of, which then carries the stamp. */
export async function attachOwnQuote(world: World, tx: Tx, post: NewPost, { quoted }: Leave): Promise<void> {
  if (!quoted) return
  const { post: target, verdict } = quoted
  const isOwn = target.accountId === post.author.id
  const wanted = { kind: 'quote', actor: post.author, target, uri: post.uri } as const
  const stampUri = isOwn || verdict !== 'allowed' ? undefined : await grantApproval(world, tx, wanted)
  const accepted = isOwn || stampUri !== undefined
  await insertQuote(
    tx,
    {
      postId: post.id,
      accountId: post.author.id,
      quotedUri: target.uri,
      quotedId: target.id,
      state: accepted ? 'accepted' : 'pending',
      stampUri: stampUri ?? null,
    },
    world.clock.now(),
  )
  // They are asked with the whole post in hand, and would not understand to be refused it afterwards.
  if (!isOpen(post.visibility) && !isOwn) await addSilentMention(tx, post.id, target.accountId)
  if (!accepted) return
  await countQuotes(tx, target.id, 1)
  const { id: postId, author } = post
  const quotedId = target.id
  await record(world, tx, {
    type: 'quote.settled',
    postId,
    authorId: author.id,
    local: true,
    accepted,
    quotedId,
    newPost: true,
  })
}

/** Asks for what the post needs leave for, once it is there to be shown with the request. */
export async function askLeave(world: World, tx: Tx, post: NewPost, leave: Leave): Promise<void> {
  const { parent, quoted } = leave
  const wanted = { actor: post.author, uri: post.uri }
  if (leave.held && parent) await askApproval(world, tx, { ...wanted, kind: 'reply', target: parent })
  // Of a post elsewhere only its own server can give the stamp, whatever the policy says.
  const asksQuote =
    quoted && quoted.post.accountId !== post.author.id && (!quoted.post.local || quoted.verdict === 'ask')
  if (asksQuote) await askApproval(world, tx, { ...wanted, kind: 'quote', target: quoted.post })
}
