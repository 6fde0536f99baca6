import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { AccountId } from '../../../../src/base/ids.ts'
import { silentInstruments } from '../../../../src/base/instruments.ts'
import { silentLog } from '../../../../src/base/log.ts'
import { presenceOf } from '../../../../src/domain/accounts/find.ts'
import { type InboxParts, inboxRoute } from '../../../../src/faces/activitypub/inbox/route.ts'
import { trustProxies } from '../../../../src/faces/http/limits.ts'
import { createIntake } from '../../../../src/jobs/seen.ts'
import { createDirectory } from '../../../../src/remote/directory.ts'
import { createDispatcher } from '../../../../src/remote/dispatcher.ts'
import { createFetcher } from '../../../../src/remote/fetch.ts'
import { testDatabase } from '../../../support/database.ts'
import type { SignOptions } from '../../../support/peer/signer.ts'
import { type Json, type Person, startPeer } from '../../../support/peer.ts'
import { PUBLIC_ADDRESS } from '../../../support/remote.ts'
import { personHere, testWorld } from '../../../support/world.ts'

export interface DoorOptions {
  readonly parts?: Partial<InboxParts>
  readonly trustedProxies?: readonly string[]
}

/**
 * The inbox of `https://weft.test` with all that stands behind it: the real intake on a real database, keys from real
 * actor documents, fetched through the guarded dispatcher from a peer that plays every other server.
 */
export async function openDoor(options: DoorOptions = {}) {
  const database = await testDatabase()
  const { world, clock } = testWorld(database.db)
  clock.set(new Date())
  const reach: Record<string, string> = {}
  const peer = await startPeer({ tls: true, reach })
  for (const host of ['far.test', 'evil.test', 'other.test']) peer.resolvesTo(host, [PUBLIC_ADDRESS])
  const dispatcher = createDispatcher({ ca: peer.ca, pretend: peer.pretend, global: false })
  const fetcher = createFetcher({ dispatcher, uris: world.uris, clock })
  const directory = createDirectory({ world, fetcher })
  const refusals: string[] = []
  const skews: number[] = []
  const heard: string[] = []

  const app = express()
  trustProxies(app, options.trustedProxies ?? [])
  app.use(
    inboxRoute({
      uris: world.uris,
      clock,
      log: silentLog,
      instruments: {
        ...silentInstruments,
        countIntake: (result) => refusals.push(result),
        recordClockSkew: (seconds) => skews.push(seconds),
      },
      keys: directory.keys,
      intake: createIntake(database.db),
      rateLimits: true,
      isBlocked: (host) => host === 'blocked.test',
      recipient: (id) => presenceOf(database.db, id),
      heardFrom: async (host) => void heard.push(host),
      compare: async () => undefined,
      ...options.parts,
    }),
  )
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  reach['weft.test'] = base

  return {
    ...database,
    world,
    clock,
    peer,
    directory,
    skews,
    heard,
    /** what was counted, in order */
    counted: refusals,
    /** where it really listens */
    base,
    shared: world.uris.sharedInbox,
    personHere: (name: string) => personHere(world, name),
    inboxOf: (id: AccountId) => world.uris.inbox(id),
    /** somebody on `far.test`, `evil.test` … */
    person: (name: string, host = 'far.test') => peer.person(name, { host }),
    /** everything that was kept, oldest first */
    async kept(): Promise<Json[]> {
      const rows = await database.db.selectFrom('lane_job').select('payload').orderBy('id').execute()
      return rows.map(({ payload }) => JSON.parse(payload) as Json)
    },
    /** requests that anybody made to the peer */
    asked: () => peer.requests.map(({ method, url }) => `${method} ${url}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await dispatcher.destroy()
      await peer.stop()
      await database[Symbol.asyncDispose]()
    },
  }
}

export type Door = Awaited<ReturnType<typeof openDoor>>

/** A person whose key we have, as after any earlier exchange. */
export async function knownPerson(door: Door, name: string, host?: string): Promise<Person> {
  const person = await door.person(name, host)
  await door.directory.refreshActor(person.uri)
  return person
}

/** What was answered to an activity: status and line. */
export async function post(
  person: Person,
  url: string,
  activity: Json | string | Buffer,
  sign: SignOptions = {},
): Promise<string> {
  const { status, text } = await person.post(url, activity, sign)
  return `${status} ${text.trim()}`
}
