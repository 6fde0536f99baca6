import { registerAccount } from '../src/domain/accounts/register.ts'
import { payloadFrom, signPost } from '../src/federation/sign.ts'
import { cpuEach } from './support/cpu.ts'
import { startFarPeople } from './support/far-people.ts'
import { spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'

// 2,000 people whom nobody here has met, on 200 hosts, follow one account as fast as they are answered: each is an actor
// to fetch, a handle to confirm, a key to check with, a follow to keep and an Accept to deliver.
const PEOPLE = Number(process.env.COUNT ?? 2000)
const HOSTS = 200
const ROUNDS = Number(process.env.ROUNDS ?? 3)
const WIDTH = 32

const rates: number[] = []
const costs: ReturnType<typeof cpuEach>[] = []
for (let round = 0; round < ROUNDS; round++) {
  await using server = await startBenchServer()
  await using far = await startFarPeople(HOSTS, PEOPLE)
  const followed = await registerAccount(server.house.world, { name: 'liked' })
  const url = new URL(`${server.origin}/ap/inbox`)
  const requests = await Promise.all(
    far.people.map(async ({ uri, key }, n) => {
      const body = JSON.stringify({
        '@context': 'https://www.w3.org/ns/activitystreams',
        id: `${uri}/follows/${n}`,
        type: 'Follow',
        actor: uri,
        object: followed.uri,
      })
      return { payload: payloadFrom(body), key }
    }),
  )
  const before = server.cpu()
  const began = performance.now()
  let at = 0
  const one = async () => {
    for (let next = requests[at++]; next; next = requests[at++]) {
      const headers = await signPost(url, next.payload, next.key)
      const answer = await fetch(url, { method: 'POST', headers, body: next.payload.body })
      if (answer.status !== 202)
        throw new Error(`a Follow was answered ${answer.status}: ${await answer.text()}`)
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, one))
  await far.accepted(PEOPLE, 120_000)
  const seconds = (performance.now() - began) / 1000
  rates.push(PEOPLE / seconds)
  costs.push(cpuEach(before, server.cpu(), PEOPLE))
  console.log(`round ${round + 1}: ${Math.round(PEOPLE / seconds)}/s, ${far.gets} fetches`)
}
console.log(`accepts: ${spread(rates)}/s`)
console.log(
  `CPU each: ${spread(
    costs.map((cost) => cost.sum),
    2,
  )} ms, of it PostgreSQL ${spread(
    costs.map((cost) => cost.postgres),
    2,
  )} ms`,
)
const [slowest = 0] = rates.toSorted((a, b) => a - b)
verdict('accepts', slowest, slowest >= 60, '≥ 60/s')
