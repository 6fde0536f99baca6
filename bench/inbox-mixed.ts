import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'undici'
import type { LocalAccount } from '../src/domain/accounts/account.ts'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { rememberActor } from '../src/domain/accounts/remember.ts'
import { acceptFollow } from '../src/domain/follows/answer.ts'
import { requestFollow } from '../src/domain/follows/request.ts'
import { publishPost } from '../src/domain/posts/publish.ts'
import { receivePosts } from '../src/domain/posts/receive.ts'
import { payloadFrom, type SigningKey, signPost } from '../src/federation/sign.ts'
import { incomingFrom } from '../src/translate/from-activity/note.ts'
import type { JsonObject } from '../src/translate/json.ts'
import { cpuEach } from './support/cpu.ts'
import { median, percentile, spread, verdict } from './support/machine.ts'
import { actorOf, createOf } from './support/people.ts'
import { type BenchServer, startBenchServer } from './support/server.ts'

// What really comes: of 10 activities 2 Likes and 2 Announces of known posts, 2 Deletes of actors nobody here ever met,
// 2 Updates of posts that are known, 2 Creates with 4 attachments; of 50 authors on 50 hosts, at width 16.
const AUTHORS = 50
const COUNT = Number(process.env.COUNT ?? 3000)
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const WIDTH = 16
const OUR_POSTS = 200
const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'

type Author = Awaited<ReturnType<typeof author>>
type Signed = Awaited<ReturnType<typeof signedFrom>>

await using server = await startBenchServer()
const reader = await registerAccount(server.house.world, { name: 'reader' })
const authors: Author[] = []
while (authors.length < AUTHORS) authors.push(await author(server, reader, authors.length))
const ours: string[] = []
while (ours.length < OUR_POSTS) {
  const id = await publishPost(server.house.world, reader, {
    text: `Post ${ours.length}`,
    visibility: 'public',
  })
  ours.push(server.house.world.uris.post(id))
}
// What the first round edits.
await receivePosts(
  server.house.world,
  Array.from({ length: COUNT / 5 }, (_, turn) => {
    const by = authors[turn % AUTHORS] as Author
    const { object } = create(by, turn, -1) as { object: JsonObject }
    return { incoming: incomingFrom(object, new Date()), author: by.account }
  }),
)
const stranger = { uri: 'https://gone.example/users/gone', key: keyOf('https://gone.example/users/gone').key }

const mixed = await measure(mix, drained)
console.log(`processed: ${spread(mixed.rates)}/s, accepted p99 ${spread(mixed.p99s, 1)} ms`)
console.log(`CPU each: ${spread(mixed.cpu, 2)} ms, of it PostgreSQL ${spread(mixed.postgres, 2)} ms`)
const farewells = await measure(
  (n, round) => farewell(n, round),
  async () => undefined,
)
console.log(`Delete of unknown actors: ${spread(farewells.rates)}/s, p99 ${spread(farewells.p99s, 1)} ms`)
console.log(`CPU each: ${spread(farewells.cpu, 3)} ms, of it PostgreSQL ${spread(farewells.postgres, 3)} ms`)
verdict('processed', median(mixed.rates), median(mixed.rates) >= 800, '≥ 800/s')
verdict('Delete of unknown actors', median(farewells.rates), median(farewells.rates) >= 5000, '≥ 5,000/s')

async function measure(
  make: (n: number, round: number) => Promise<Signed>,
  finished: (before: Counted, requests: number) => Promise<void>,
) {
  const [rates, p99s, costs]: [number[], number[], ReturnType<typeof cpuEach>[]] = [[], [], []]
  for (let round = 0; round <= ROUNDS; round++) {
    const requests = await Promise.all(Array.from({ length: COUNT }, (_, n) => make(n, round)))
    const counted = await count()
    const before = server.cpu()
    const began = performance.now()
    const latencies = await postAll(server, requests)
    await finished(counted, requests.length)
    const seconds = (performance.now() - began) / 1000
    if (round === 0) continue
    rates.push(requests.length / seconds)
    p99s.push(percentile(latencies, 0.99))
    costs.push(cpuEach(before, server.cpu(), requests.length))
  }
  return {
    rates,
    p99s,
    cpu: costs.map((cost) => cost.sum),
    postgres: costs.map((cost) => cost.postgres),
  }
}

interface Counted {
  readonly reactions: number
  readonly boosts: number
  readonly posts: number
  readonly edits: number
}

/** Until all of it has had its effect: rows say so. */
async function drained(before: Counted, requests: number): Promise<void> {
  const fifth = requests / 5
  for (;;) {
    const now = await count()
    const done =
      now.reactions - before.reactions >= fifth &&
      now.boosts - before.boosts >= fifth &&
      now.posts - before.posts >= fifth &&
      now.edits - before.edits >= fifth
    if (done) return
    await sleep(10)
  }
}

async function count(): Promise<Counted> {
  const of = (table: 'reaction' | 'post_edit') =>
    server.db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .executeTakeFirstOrThrow()
  const posts = (boosts: boolean) =>
    server.db
      .selectFrom('post')
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .where('local', '=', false)
      .where('boost_of_id', boosts ? 'is not' : 'is', null)
      .executeTakeFirstOrThrow()
  const [reactions, boosts, said, edits] = await Promise.all([
    of('reaction'),
    posts(true),
    posts(false),
    of('post_edit'),
  ])
  return {
    reactions: Number(reactions.n),
    boosts: Number(boosts.n),
    posts: Number(said.n),
    edits: Number(edits.n),
  }
}

/** One person likes and boosts a post once only, so each round has people and posts of its own to pair. */
async function mix(n: number, round: number): Promise<Signed> {
  const kind = n % 5
  const by = authors[Math.floor(n / 5) % AUTHORS] as Author
  const turn = Math.floor(n / 5)
  if (kind === 0) return signedFrom(by, like(by, turn, round))
  if (kind === 1) return signedFrom(by, announce(by, turn, round))
  if (kind === 2) return farewell(turn, round)
  if (kind === 3) return signedFrom(by, create(by, turn, round))
  return signedFrom(by, update(by, turn, round))
}

/** 50 people × 200 posts are 10,000 pairs; a round takes 600 of each kind. */
function pairOf(turn: number, round: number): string {
  const used = round * (COUNT / 5) + turn
  return ours[Math.floor(used / AUTHORS) % OUR_POSTS] as string
}

function like(by: Author, turn: number, round: number): object {
  const object = pairOf(turn, round)
  return { ...envelope('Like', by, `like-${round}-${turn}`), object }
}

function announce(by: Author, turn: number, round: number): object {
  const published = new Date(Date.now() - 1000).toISOString().replace(/\.\d+/, '')
  return {
    ...envelope('Announce', by, `announce-${round}-${turn}`),
    published,
    to: [PUBLIC],
    cc: [`${by.uri}/followers`, server.house.world.uris.actor(reader.id)],
    object: pairOf(turn, round),
  }
}

function create(by: Author, turn: number, round: number): object {
  const { object, ...rest } = JSON.parse(createOf(by.uri, `${round}-${turn}`)) as { object: object }
  const attachment = Array.from({ length: 4 }, (_, index) => ({
    type: 'Document',
    mediaType: 'image/jpeg',
    url: `${by.uri}/media/${round}-${turn}-${index}.jpg`,
    name: 'Two herons in the fog',
    blurhash: 'UBMOZfK1GG%LBBNG,;Rj2skq=eE1s9n4S5Na',
    focalPoint: [0, 0],
    width: 1200,
    height: 900,
  }))
  return { ...rest, object: { ...object, attachment } }
}

/** Of what the same author said in the round before. */
function update(by: Author, turn: number, round: number): object {
  const { object, ...rest } = create(by, turn, round - 1) as { object: object }
  const updated = new Date().toISOString()
  return {
    ...rest,
    ...envelope('Update', by, `update-${round}-${turn}`),
    object: { ...object, content: `<p>Edited ${turn}: three herons.</p>`, updated },
  }
}

function envelope(type: string, by: Author, id: string): { id: string; type: string; actor: string } {
  return {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${by.uri}/${id}`,
    type,
    actor: by.uri,
  } as never
}

function farewell(n: number, round: number): Promise<Signed> {
  const uri = `${stranger.uri}-${round}-${n}`
  const activity = {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${uri}#delete`,
    type: 'Delete',
    actor: uri,
    to: [PUBLIC],
    object: uri,
    signature: { type: 'RsaSignature2017', creator: `${uri}#main-key`, signatureValue: 'A'.repeat(340) },
  }
  return signedFrom({ key: { ...stranger.key, keyUri: `${uri}#main-key` } }, activity)
}

function keyOf(uri: string): { publicPem: string; key: SigningKey } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    key: { keyUri: `${uri}#main-key`, privateKey: usable(privateKey) },
  }
}

function usable(key: KeyObject): SigningKey['privateKey'] {
  return key.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
}

async function author(on: BenchServer, follower: LocalAccount, n: number) {
  const { world } = on.house
  const uri = `https://host${n}.example/users/author${n}`
  const { publicPem, key } = keyOf(uri)
  const actor = actorOf(`author${n}`, `https://host${n}.example`, [{ kind: 'rsa', publicKey: publicPem }])
  const account = await rememberActor(world, actor)
  await requestFollow(world, follower, account)
  await acceptFollow(world, { followerId: follower.id, followedId: account.id })
  return { uri, key, account }
}

async function signedFrom({ key }: { readonly key: SigningKey }, activity: object) {
  const payload = payloadFrom(JSON.stringify(activity))
  const headers = await signPost(new URL(`${server.origin}/ap/inbox`), payload, key)
  return { headers, body: payload.body }
}

async function postAll(on: BenchServer, requests: readonly Signed[]): Promise<number[]> {
  const latencies: number[] = []
  let at = 0
  const one = async () => {
    const client = new Client(on.origin)
    for (let next = requests[at++]; next; next = requests[at++]) {
      const began = performance.now()
      const answer = await client.request({
        method: 'POST',
        path: '/ap/inbox',
        headers: next.headers,
        body: next.body,
      })
      await answer.body.dump()
      if (answer.statusCode !== 202) throw new Error(`an activity was answered ${answer.statusCode}`)
      latencies.push(performance.now() - began)
    }
    await client.close()
  }
  await Promise.all(Array.from({ length: WIDTH }, one))
  return latencies
}
