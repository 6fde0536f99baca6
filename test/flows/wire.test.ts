import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { acceptFollow } from '../../src/domain/follows/answer.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { viewPost } from '../../src/views/posts.ts'
import { makeRsaKey, type PeerKey } from '../support/peer/keys.ts'
import { signed } from '../support/peer/signer.ts'
import type { Json } from '../support/peer.ts'
import { PUBLIC_ADDRESS } from '../support/remote.ts'
import { type Reply, startWhole, type Whole } from '../support/whole.ts'
import { hostsIn, type Played, play, readQuirks, stumbles } from '../support/wire.ts'
import { ORIGIN, personElsewhere, personHere } from '../support/world.ts'

/*
 * Everything of test/wire, through the door of a whole server: what it must be read as is what people see afterwards.
 */

let whole: Whole
let anna: LocalAccount
let key: PeerKey
let played: readonly Played[]
const quirks = readQuirks()

beforeAll(async () => {
  whole = await startWhole()
  const { world } = whole
  anna = await personHere(world, 'anna')
  const post = await publishPost(world, anna, { text: 'what they answer', visibility: 'public' })
  const ours = (path: string) => {
    if (path.startsWith('/ap/actors/')) return world.uris.actor(anna.id)
    return path.startsWith('/ap/posts/') ? world.uris.post(post) : `${ORIGIN}${path}`
  }
  played = play(quirks, ours)
  for (const host of hostsIn(played)) whole.peer.resolvesTo(host, [PUBLIC_ADDRESS])
  key = await makeRsaKey('https://far.test/key')
  for (const { actorUri, host, followersUrl } of played) {
    const keys = [{ uri: `${actorUri}#main-key`, kind: 'rsa' as const, publicKey: key.publicPem }]
    const more = { uri: actorUri, followersUrl, keys }
    const account = await personElsewhere(world, 'someone', host, more)
    await requestFollow(world, anna, account)
    const follow = await findFollow(whole.db, anna.id, account.id)
    if (follow) await acceptFollow(world, follow)
  }
}, 120_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

function deliver({ actorUri, activity }: Pick<Played, 'actorUri' | 'activity'>): Promise<Reply> {
  const body = Buffer.from(JSON.stringify(activity))
  const headers = { 'content-type': 'application/activity+json' }
  const request = { method: 'POST', url: `${ORIGIN}/ap/inbox`, headers, body }
  const { headers: all } = signed(request, { ...key, uri: `${actorUri}#main-key` })
  return whole.ask('/ap/inbox', { method: 'POST', headers: all, body })
}

test('there is enough of it, and of many softwares', () => {
  expect(quirks.length).toBeGreaterThanOrEqual(120)
  const softwares = new Set(quirks.map(([, { from }]) => from.split(/[ ,(]/)[0]))
  expect(softwares.size).toBeGreaterThanOrEqual(14)
})

describe('whatever peers send is taken, without a stumble, and seen as it was meant', () => {
  test.each(quirks.filter(([, { actor }]) => !actor).map(([name]) => name))('%s', async (name) => {
    const one = played.find((each) => each.name === name)
    if (!one) return
    const { quirk, expected } = one
    const reply = await deliver(one)
    if (quirk.activity && expected.refused) expect(reply.status).toBeLessThan(500)
    else expect([reply.status, reply.text]).toEqual([202, expect.stringMatching(/^taken|^not needed/)])
    await whole.settled()
    if (quirk.object && !expected.refused) await seenAs(one)
    expect(stumbles(whole.errors)).toEqual([])
    expect(await whole.db.selectFrom('dead_job').selectAll().execute()).toEqual([])
  })
})

/** What the reader made of it is what the view of the post says. */
async function seenAs({ activity, seen }: Played): Promise<void> {
  const uri = String((activity.object as Json).id)
  const post = await findPostByUri(whole.db, uri)
  const view = post && (await viewPost(whole.db, post.id, { accountId: post.accountId }))
  const { kind, title, contentHtml, visibility, sensitive, summary, language } = seen
  const wanted = { kind, title, contentHtml, visibility, sensitive, summary, language }
  const said = Object.entries(wanted).filter(([, value]) => value !== undefined)
  expect(view, uri).toMatchObject(Object.fromEntries(said))
}
