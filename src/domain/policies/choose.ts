import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { findAccountsByIds } from '../accounts/find.ts'
import { updateDefaultPolicy } from '../accounts/policy-store.ts'
import { setPolicy } from '../posts/controls-store.ts'
import { findVisible, type KnownPost, mentionedIn } from '../posts/find.ts'
import { policyOf } from '../posts/leave.ts'
import type { World } from '../world.ts'
import { findDefaultChoices, findPolicy } from './find.ts'
import { authorOf, type Choice, type Choices, type Policy, policyFrom } from './policy.ts'

/** One of ours chooses who may do what with all that they say from now on; what is not named stays as it was. */
export async function chooseDefaults(
  world: World,
  account: LocalAccount,
  choices: Choices,
): Promise<Choices> {
  return transact(world.db, async (tx) => {
    const chosen = { ...(await findDefaultChoices(tx, account.id)), ...choices }
    await updateDefaultPolicy(tx, account.id, chosen)
    return chosen
  })
}

/** The same for one post that is there already; what others did before stays. */
export async function choosePolicy(
  world: World,
  author: LocalAccount,
  id: PostId,
  choices: Choices,
): Promise<void> {
  await changePolicy(world, author, id, async (_tx, post, mentionUris) =>
    policyFrom(choices, authorOf(author, world.uris), { visibility: post.visibility, mentionUris }),
  )
}

/** The same as an app states it; null for what its author always has. */
export async function statePolicy(
  world: World,
  author: LocalAccount,
  id: PostId,
  stated: Policy | null,
): Promise<void> {
  await changePolicy(world, author, id, (tx, { visibility }, mentionUris) =>
    policyOf({ ...world, db: tx }, author, { visibility, ...(stated && { stated }) }, mentionUris),
  )
}

async function changePolicy(
  world: World,
  author: LocalAccount,
  id: PostId,
  choose: (tx: Tx, post: KnownPost, mentionUris: readonly string[]) => Promise<Policy | null>,
): Promise<void> {
  await transact(world.db, async (tx) => {
    const post = await findVisible(tx, id, { accountId: author.id })
    if (!post) return refuse('post.not-found')
    if (post.accountId !== author.id || post.boostOfId !== null) refuse('post.not-yours')
    const named = (await mentionedIn(tx, id)).filter(({ silent }) => !silent)
    const mentioned = await findAccountsByIds(
      tx,
      named.map(({ accountId }) => accountId),
    )
    const mentionUris = [...mentioned.values()].map(({ uri }) => uri)
    await setPolicy(tx, id, await choose(tx, post, mentionUris))
    await record(world, tx, { type: 'policy.changed', postId: id, authorId: author.id })
  })
}

/** Who may quote one post from now on; who may do anything else with it stays as it was. */
export async function chooseQuoters(
  world: World,
  author: LocalAccount,
  id: PostId,
  choice: Choice,
): Promise<void> {
  await transact(world.db, async (tx) => {
    const post = await findVisible(tx, id, { accountId: author.id })
    if (!post) return refuse('post.not-found')
    if (post.accountId !== author.id || post.boostOfId !== null) refuse('post.not-yours')
    const known = await findPolicy(tx, id)
    const stated = policyFrom({ quote: choice }, authorOf(author, world.uris), {
      visibility: post.visibility,
      mentionUris: [],
    })
    await setPolicy(tx, id, { ...(known ?? stated), quote: stated.quote })
    await record(world, tx, { type: 'policy.changed', postId: id, authorId: author.id })
  })
}
