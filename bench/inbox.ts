import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'undici'
import type { LocalAccount } from '../src/domain/accounts/account.ts'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { rememberActor } from '../src/domain/accounts/remember.ts'
import { acceptFollow } from '../src/domain/follows/answer.ts'
import { requestFollow } from '../src/domain/follows/request.ts'
import { payloadFrom, type SigningKey, signPost } from '../src/federation/sign.ts'
import { cpuEach } from './support/cpu.ts'
import { median, percentile, spread, verdict } from './support/machine.ts'
import { actorOf, createOf } from './support/people.ts'
import { type BenchServer, startBenchServer } from './support/server.ts'

// Signed Create(Note) of 50 authors on 50 hosts, all followed by one local user, posted at width 16 to the shared inbox.
const AUTHORS = 50
const COUNT = Number(process.env.COUNT ?? 4000)
const WARM = 1000
const ROUNDS = 5
const WIDTH = 16

await using server = await startBenchServer()
const reader = await registerAccount(server.house.world, { name: 'reader' })
const authors: Awaited<ReturnType<typeof author>>[] = []
while (authors.length < AUTHORS) authors.push(await author(server, reader, authors.length))

const rates: number[] = []
const accepted: number[] = []
const costs: ReturnType<typeof cpuEach>[] = []
for (let round = 0; round <= ROUNDS; round++) {
  const requests = await Promise.all(
    Array.from({ length: round === 0 ? WARM : COUNT }, (_, n) => request(server, n, round)),
  )
  const stored = await countStored(server)
  const before = server.cpu()
  const began = performance.now()
  const latencies = await postAll(server, requests)
  while ((await countStored(server)) < stored + requests.length) await sleep(10)
  const seconds = (performance.now() - began) / 1000
  if (round === 0) continue
  rates.push(requests.length / seconds)
  accepted.push(percentile(latencies, 0.99))
  costs.push(cpuEach(before, server.cpu(), requests.length))
}
const cpu = costs.map((cost) => cost.sum)
console.log(`processed: ${spread(rates)}/s, accepted p99 ${spread(accepted, 1)} ms`)
console.log(
  `CPU each: ${spread(cpu, 2)} ms, of it PostgreSQL ${spread(
    costs.map((cost) => cost.postgres),
    2,
  )} ms`,
)
verdict('processed', median(rates), median(rates) >= 1200, '≥ 1,200/s')
verdict('CPU each', median(cpu), median(cpu) <= 0.9, '≤ 0.9 ms')
verdict('accepted p99', median(accepted), median(accepted) <= 40, '≤ 40 ms')

async function author(
  on: BenchServer,
  follower: LocalAccount,
  n: number,
): Promise<{ uri: string; key: SigningKey }> {
  const { world } = on.house
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const actor = actorOf(`author${n}`, `https://host${n}.example`, [
    { kind: 'rsa', publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() },
  ])
  const account = await rememberActor(world, actor)
  await requestFollow(world, follower, account)
  await acceptFollow(world, { followerId: follower.id, followedId: account.id })
  return { uri: actor.uri, key: { keyUri: `${actor.uri}#main-key`, privateKey: usable(privateKey) } }
}

function usable(key: KeyObject): SigningKey['privateKey'] {
  return key.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
}

async function request(on: BenchServer, n: number, round: number) {
  const { uri, key } = authors[n % AUTHORS] as (typeof authors)[number]
  const payload = payloadFrom(createOf(uri, `${round}-${n}`))
  const headers = await signPost(new URL(`${on.origin}/ap/inbox`), payload, key)
  return { headers, body: payload.body }
}

async function postAll(on: BenchServer, requests: Awaited<ReturnType<typeof request>>[]): Promise<number[]> {
  const latencies: number[] = []
  let at = 0
  const one = async () => {
    await using client = disposable(new Client(on.origin))
    for (let next = requests[at++]; next; next = requests[at++]) {
      const began = performance.now()
      const answer = await client.client.request({
        method: 'POST',
        path: '/ap/inbox',
        headers: next.headers,
        body: next.body,
      })
      await answer.body.dump()
      if (answer.statusCode !== 202) throw new Error(`an activity was answered ${answer.statusCode}`)
      latencies.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, one))
  return latencies
}

function disposable(client: Client) {
  return { client, [Symbol.asyncDispose]: () => client.close() }
}

/** Stored and in the timeline: a timeline row says both. */
async function countStored(on: BenchServer): Promise<number> {
  const row = await on.db
    .selectFrom('home_entry')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('owner_id', '=', reader.id)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}
