import { PUBLIC } from '../../../base/uris.ts'
import { findAccountsByIds, findAccountsByUris } from '../../../domain/accounts/find.ts'
import { findActivity } from '../../../domain/activities/find.ts'
import { findHearers } from '../../../domain/activities/undone-find.ts'
import { type JsonObject, listOf } from '../../../translate/json.ts'
import type { Addressing, Posting } from './posting.ts'

/** Whom an activity is for, and all who heard the one that it takes back. */
export async function heardBefore({ world, tx, actor, audience }: Posting, uri: string): Promise<Addressing> {
  const id = world.uris.activityIdFrom(uri)
  const said = id && (await findActivity(tx, id))
  if (!said) return audience
  const { to, cc } = JSON.parse(said.body) as JsonObject
  const shown = {
    to: joined(audience.shown.to, textsOf(to)),
    cc: joined(audience.shown.cc, textsOf(cc)).filter((address) => !audience.shown.to.includes(address)),
  }
  const blind = (await findHearers(tx, said.id)).filter((one) => one.blind)
  const unnamed = await findAccountsByIds(
    tx,
    blind.map(({ accountId }) => accountId),
  )
  const all = [...shown.to, ...shown.cc]
  const named = await findAccountsByUris(tx, all)
  return {
    ...audience,
    public: all.includes(PUBLIC),
    followers: audience.followers || all.includes(world.uris.followers(actor.id)),
    to: [...audience.to, ...named.values()],
    bcc: [...audience.bcc, ...unnamed.values()],
    shown,
  }
}

function textsOf(value: JsonObject[string]): readonly string[] {
  return listOf(value).filter((item) => typeof item === 'string')
}

function joined(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])]
}
