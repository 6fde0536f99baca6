import type { Account } from '../../../domain/accounts/account.ts'
import { relaysAmong } from '../../../domain/relays/find.ts'
import { receiveRelayAnswer } from '../../../domain/relays/relay.ts'
import type { World } from '../../../domain/world.ts'
import { originOf } from '../../../translate/json.ts'
import type { Answerer } from './reference.ts'

/** Accept or Reject of the Follow with which a relay was asked. */
export const answerRelay: Answerer = {
  types: ['Follow'],
  async answer(world, actor, { uri }, accepted) {
    return uri === undefined ? undefined : receiveRelayAnswer(world, originOf(actor.uri), uri, accepted)
  },
}

/** Those of the actors that speak for a relay that has accepted us; people are not even looked at. */
export async function relaysIn(
  world: World,
  actors: readonly Account[],
): Promise<ReadonlySet<Account['id']>> {
  const machines = actors.filter(({ kind }) => kind === 'application' || kind === 'service')
  const origins = await relaysAmong(
    world.db,
    [...new Set(machines.map(({ uri }) => originOf(uri)))].filter((origin) => origin !== undefined),
  )
  return new Set(machines.filter(({ uri }) => origins.has(originOf(uri) ?? '')).map(({ id }) => id))
}
