import type { ActivityId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { findAccountByUri } from '../../domain/accounts/find.ts'
import { findActivity } from '../../domain/activities/find.ts'
import { findReport } from '../../domain/moderation/find.ts'
import type { BlockFact } from '../../facts/facts.ts'
import { type JsonObject, listOf } from '../../translate/json.ts'
import { blockFrom, flagFrom, undoBlockFrom } from '../../translate/to-activity/moderation.ts'
import { mentionsOfAccounts } from '../../views/accounts.ts'
import type { Sayers } from './saying.ts'

/** Block and its Undo, told to the one who is blocked alone or to nobody, and Flag, from the server itself. */
export const sayModeration: Sayers = {
  async 'block.made'({ uris }, tx, fact) {
    if (!fact.accountLocal) return undefined
    const told = fact.told && !fact.targetLocal
    const parts = await partsOf(tx, fact, told)
    const id = uris.activityIdFrom(fact.blockUri)
    return parts && id && { id, json: blockFrom(parts), ...between(fact, told) }
  },
  async 'block.lifted'({ ids, uris }, tx, fact) {
    if (!fact.accountLocal) return undefined
    const blockId = uris.activityIdFrom(fact.blockUri)
    const block = blockId && (await findActivity(tx, blockId))
    // Whoever was not told of the block need not hear of its end.
    const told = block !== undefined && listOf((JSON.parse(block.body) as JsonObject).to).length > 0
    const parts = await partsOf(tx, fact, told)
    const id = ids.next<ActivityId>()
    return parts && { id, json: undoBlockFrom(id, parts, uris), ...between(fact, told) }
  },
  async 'report.made'({ uris }, tx, { reportId, forwardTo }) {
    const report = await findReport(tx, reportId)
    const id = report?.uri ? uris.activityIdFrom(report.uri) : undefined
    if (!report?.uri || !report.forwarded || !id) return undefined
    const server = await findAccountByUri(tx, uris.instanceActor)
    const target = (await mentionsOfAccounts(tx, [report.targetId])).get(report.targetId)
    if (!server || !target) return undefined
    const { uri, postUris, comment } = report
    return {
      id,
      accountId: server.id,
      json: flagFrom({ uri, targetUri: target.uri, postUris, comment }, uris),
      subject: report.targetId,
      recipients: { accountIds: forwardTo },
      unread: true,
    }
  },
}

type AnyBlockFact = BlockFact<string>

/** Everything between the two has one subject, so that neither overtakes the other, nor the Reject of a follow. */
function between({ accountId, targetId }: AnyBlockFact, told: boolean) {
  return {
    accountId,
    subject: targetId,
    recipients: { accountIds: told ? [targetId] : [] },
    stays: !told,
    unread: true,
  }
}

async function partsOf(tx: Tx, fact: AnyBlockFact, told: boolean) {
  const accounts = await mentionsOfAccounts(tx, [fact.accountId, fact.targetId])
  const [account, target] = [accounts.get(fact.accountId), accounts.get(fact.targetId)]
  return account && target && { uri: fact.blockUri, actorUri: account.uri, targetUri: target.uri, told }
}
