import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { noteBy, noteFrom, PUBLIC, posted } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b5: every list, as far as it is for whoever reads it; S-094, e13. */

const ACTIVITY = 'application/activity+json'
type Json = Record<string, unknown>
let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let alice: Person
const tokens = new Map<string, string>()

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  for (const who of [anna, ben]) tokens.set(who.id, await tokenFor(whole.world, who))
  alice = await whole.peer.person('alice', { host: 'far.test' })
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

type Who = LocalAccount | undefined
async function ask(uri: string, who: Who) {
  const token = who && (tokens.get(who.id) ?? (await tokenFor(whole.world, who)))
  if (who && token) tokens.set(who.id, token)
  return whole.ask(uri.replace(ORIGIN, ''), { headers: { accept: ACTIVITY, ...(token && bearing(token)) } })
}
async function get(uri: string, who: Who): Promise<Json> {
  const { status, text } = await ask(uri, who)
  expect([uri, status, status === 200 ? '' : text]).toEqual([uri, 200, ''])
  return JSON.parse(text) as Json
}
const itemsOf = (list: Json) => (list.orderedItems ?? list.items) as (Json | string)[]
const idOf = (item: Json | string) => (typeof item === 'string' ? item : String(item.id))
/** All of a list, by its pages, from one end or the other. */
async function walk(uri: string, who: Who, from: 'first' | 'last' = 'first'): Promise<string[]> {
  const ids: string[] = []
  const way = from === 'first' ? 'next' : 'prev'
  for (let at: unknown = (await get(uri, who))[from]; at !== undefined; ) {
    const page = await get(String(at), who)
    expect(page).toMatchObject({ id: at, partOf: uri, type: expect.stringMatching(/CollectionPage$/) })
    const here = itemsOf(page).map(idOf)
    if (from === 'first') ids.push(...here)
    else ids.unshift(...here)
    at = page[way]
  }
  return ids
}

describe('every list', () => {
  const lists = [
    ['outbox', 'outboxOf'],
    ['followers', 'followersOf'],
    ['following', 'followingOf'],
    ['liked', 'likedOf'],
    ['pending_followers', 'pendingFollowersOf'],
    ['pending_following', 'pendingFollowingOf'],
    ['blocked', 'blockedOf'],
    ['blocks', 'blocksOf'],
  ] as const

  test.each(lists)(
    'as %s, says whose it is and of what, and is one also when it is empty',
    async (name, inverse) => {
      const zoe = await personHere(whole.world, `zoe_${name}`)
      const uri = `${zoe.uri}/${name}`
      const list = await get(uri, zoe)
      expect(Object.keys(list)[0]).toBe('@context')
      expect(list).toMatchObject({
        id: uri,
        type: 'OrderedCollection',
        attributedTo: zoe.uri,
        [inverse]: zoe.uri,
        totalItems: 0,
        first: `${uri}?cursor=first`,
        last: `${uri}?cursor=last`,
        seekItem: `${uri}/seek`,
        orderedItems: [],
      })
      const owned = name.startsWith('pending') || name.startsWith('block')
      expect(list.to).toEqual([owned ? zoe.uri : PUBLIC])
      for (const page of ['first', 'last']) {
        const got = await get(String(list[page]), zoe)
        expect(got).toMatchObject({ type: 'OrderedCollectionPage', partOf: uri, orderedItems: [] })
        for (const more of ['next', 'prev']) expect(got).not.toHaveProperty(more)
      }
      for (const cursor of ['', 'x', '-1', '1.5', '99999999999999999999', 'n', 'nx'])
        expect([cursor, (await ask(`${uri}?cursor=${cursor}`, zoe)).status]).toEqual([cursor, 404])
    },
  )
})

describe('an outbox', () => {
  let said: string[]
  let cleo: LocalAccount
  beforeAll(async () => {
    cleo = await personHere(whole.world, 'cleo')
    const ids: string[] = []
    for (let n = 0; n < 27; n++) {
      const visible = n % 3 === 0 ? { to: [PUBLIC] } : n % 3 === 1 ? { to: [`${cleo.uri}/followers`] } : {}
      ids.unshift((await posted(whole, cleo, { type: 'Note', content: `number ${n}`, ...visible })).id)
    }
    const note = await noteBy(whole, anna, 'likeable')
    ids.unshift((await posted(whole, cleo, { type: 'Like', object: note })).id)
    ids.unshift((await posted(whole, cleo, { type: 'Announce', object: note, to: [PUBLIC] })).id)
    ids.unshift((await posted(whole, cleo, { type: 'Follow', object: ben.uri })).id)
    said = ids
  }, 60_000)

  test('holds for its owner all that they said, the latest first, whichever way it is read', async () => {
    const uri = `${cleo.uri}/outbox`
    expect(await get(uri, cleo)).toMatchObject({ totalItems: said.length })
    expect(await get(uri, cleo)).not.toHaveProperty('orderedItems')
    expect(await walk(uri, cleo)).toEqual(said)
    expect(await walk(uri, cleo, 'last')).toEqual(said)
  })

  test('gives whole activities: nobody has to ask for each', async () => {
    const page = await get(`${cleo.uri}/outbox?cursor=first`, cleo)
    const [follow, announce, like, create] = itemsOf(page) as Json[]
    expect(follow).toMatchObject({ type: 'Follow', actor: cleo.uri, object: ben.uri })
    expect(announce).toMatchObject({ type: 'Announce', actor: cleo.uri })
    expect(like).toMatchObject({ type: 'Like', actor: cleo.uri })
    expect(create).toMatchObject({
      type: 'Create',
      actor: cleo.uri,
      published: expect.any(String),
      object: { type: 'Note', attributedTo: cleo.uri, content: expect.stringContaining('number 26') },
    })
  })

  test('holds for everybody else what they may see, and counts no more (S-094)', async () => {
    const uri = `${cleo.uri}/outbox`
    const open = said.slice(3).filter((_, n) => (26 - n) % 3 === 0)
    // Other servers count and read what is said and shown.
    expect(await walk(uri, undefined)).toEqual([said[1], ...open])
    expect(await get(uri, undefined)).toMatchObject({ totalItems: 10 })
    // The author of what was liked was told so.
    expect(await walk(uri, anna)).toEqual([said[1], said[2], ...open])
    expect(await get(uri, anna)).toMatchObject({ totalItems: 11 })
    const fan = await personHere(whole.world, 'fan')
    await requestFollow(whole.world, fan, cleo)
    const accept = await whole.db
      .selectFrom('activity')
      .select('id')
      .where('account_id', '=', cleo.id)
      .where('kind', '=', 'Accept')
      .executeTakeFirstOrThrow()
    const answered = `${ORIGIN}/ap/activities/${accept.id}`
    // A follower finds what is for followers, the Announce and the answer, and neither the Like nor the Follow.
    expect((await walk(uri, fan)).length).toBe(18 + 2)
    expect(await walk(uri, fan)).toContain(answered)
    said = [...said, answered].sort((a, b) => (numberOf(a) < numberOf(b) ? 1 : -1))
  })

  test('stays as it is while more is said: no page changes but the first', async () => {
    const first = await get(`${cleo.uri}/outbox?cursor=first`, cleo)
    const before = await get(String(first.next), cleo)
    const fresh = await posted(whole, cleo, { type: 'Note', content: 'one more' })
    expect(await get(String(first.next), cleo)).toEqual(before)
    expect(await walk(`${cleo.uri}/outbox`, cleo)).toEqual([fresh.id, ...said])
    said = [fresh.id, ...said]
  })

  test('says of a post that was edited what it says now', async () => {
    const created = await posted(whole, cleo, { type: 'Note', content: 'old words', to: [PUBLIC] })
    whole.clock.advance(2000)
    const { id } = created.object as { id: string }
    const update = await posted(whole, cleo, { type: 'Update', object: { id, content: 'new words' } })
    said = [update.id, created.id, ...said]
    for (const who of [cleo, anna, undefined]) {
      const text = JSON.stringify(itemsOf(await get(`${cleo.uri}/outbox?cursor=first`, who)))
      expect(text).toContain('new words')
      expect(text).not.toContain('old words')
    }
  })

  test('can be asked where something stands: 307 to the page that begins with it, or 404', async () => {
    const uri = `${cleo.uri}/outbox`
    const seek = (item: string, who: Who) => ask(`${uri}/seek?item=${encodeURIComponent(item)}`, who)
    for (const item of [said[0], said[10], said.at(-1)]) {
      const { status, headers } = await seek(String(item), cleo)
      expect(status).toBe(307)
      expect(idOf(itemsOf(await get(String(headers.location), cleo))[0] as Json)).toBe(item)
    }
    const secret = said.find((_, n) => n > 8) as string
    const missing = `${ORIGIN}/ap/activities/115899000422411111`
    for (const who of [anna, undefined]) {
      const [shut, none] = [await seek(String(said.at(-3)), who), await seek(missing, who)]
      expect([shut.status, none.status]).toEqual([404, 404])
      expect(JSON.parse(shut.text)).toEqual(JSON.parse(none.text))
      expect(JSON.parse(none.text)).toMatchObject({ type: 'about:blank', status: 404 })
    }
    expect(secret).toBeDefined()
    expect((await seek('', cleo)).status).toBe(404)
  })

  test('can be narrowed, away from its own address', async () => {
    const uri = `${cleo.uri}/outbox/filtered`
    const types = async (query: string, who: LocalAccount | 'nobody' = cleo) =>
      itemsOf(await get(`${uri}?${query}`, who === 'nobody' ? undefined : who)).map(
        (item) => (item as Json).type,
      )
    expect(await types('type=Follow')).toEqual(['Follow'])
    expect(await types('type=Like&object.type=Note')).toEqual([])
    expect(await types('object.type=Note')).toHaveLength(20)
    expect(await types(`object=${encodeURIComponent(ben.uri)}`)).toEqual(['Follow'])
    expect(await types(`actor=${encodeURIComponent(ben.uri)}`)).toEqual([])
    expect(await types(`actor=${encodeURIComponent(cleo.uri)}&type=Like`)).toEqual(['Like'])
    expect(await types('type=Like', 'nobody')).toEqual([])
    expect(await types('published_after=2999-01-01T00:00:00Z')).toEqual([])
    expect(await types('published_after=2020-01-01T00:00:00Z&type=Announce')).toEqual(['Announce'])
    expect((await ask(`${uri}?published_after=someday`, cleo)).status).toBe(400)
    const ids: string[] = []
    for (let at: unknown = `${uri}?type=Create`; at !== undefined; ) {
      const page: Json = await get(String(at), cleo)
      expect(page.id).toBe(at)
      ids.push(...itemsOf(page).map(idOf))
      at = page.next
    }
    expect(ids).toHaveLength(29)
    // The list itself knows nothing of it.
    expect(await get(`${cleo.uri}/outbox?type=Follow`, cleo)).toMatchObject({ id: `${cleo.uri}/outbox` })
  })
})

describe('people', () => {
  test('who follow and are followed have names for apps, and ids for other servers', async () => {
    const dora = await personHere(whole.world, 'dora')
    await requestFollow(whole.world, ben, dora)
    await requestFollow(whole.world, dora, anna)
    expect(await get(`${dora.uri}/followers`, undefined)).toMatchObject({
      totalItems: 1,
      orderedItems: [ben.uri],
    })
    for (const who of [dora, anna])
      expect(await get(`${dora.uri}/followers`, who)).toMatchObject({
        totalItems: 1,
        orderedItems: [
          {
            id: ben.uri,
            type: 'Person',
            preferredUsername: 'ben',
            webfinger: 'ben@weft.test',
            inbox: expect.any(String),
          },
        ],
      })
    expect(await get(`${dora.uri}/following`, dora)).toMatchObject({ orderedItems: [{ id: anna.uri }] })
    const { headers } = await ask(`${dora.uri}/followers/seek?item=${encodeURIComponent(ben.uri)}`, anna)
    expect(itemsOf(await get(String(headers.location), anna)).map(idOf)).toEqual([ben.uri])
  })

  test('whom a block keeps apart are not listed to each other, nor counted (e13, e14)', async () => {
    const star = await personHere(whole.world, 'star')
    const [one, two, pest] = [
      await personHere(whole.world, 'one'),
      await personHere(whole.world, 'two'),
      await personHere(whole.world, 'pesterer'),
    ]
    for (const who of [one, two, pest]) await requestFollow(whole.world, who, star)
    await blockAccount(whole.world, one, pest)
    const seen = async (who: Who) => {
      const list = await get(`${star.uri}/followers`, who)
      return [list.totalItems, itemsOf(list).map(idOf).sort()]
    }
    const all = [one.uri, two.uri, pest.uri].sort()
    expect(await seen(undefined)).toEqual([3, all])
    expect(await seen(star)).toEqual([3, all])
    expect(await seen(one)).toEqual([2, [one.uri, two.uri].sort()])
    expect(await seen(pest)).toEqual([2, [pest.uri, two.uri].sort()])
  })

  test('who ask to follow stand in the lists that wait, until they are answered (FEP-4ccd)', async () => {
    const shy = await personHere(whole.world, 'shy', { manuallyApprovesFollowers: true })
    const follow = await posted(whole, ben, { type: 'Follow', object: shy.uri })
    const item = { id: follow.id, type: 'Follow', actor: ben.uri, object: shy.uri }
    expect(await get(`${shy.uri}/pending_followers`, shy)).toMatchObject({
      totalItems: 1,
      orderedItems: [item],
    })
    expect(await get(`${ben.uri}/pending_following`, ben)).toMatchObject({
      totalItems: 1,
      orderedItems: [item],
    })
    expect(await get(`${shy.uri}/followers`, shy)).toMatchObject({ totalItems: 0 })
    await posted(whole, shy, { type: 'Accept', object: follow.id })
    expect(await get(`${shy.uri}/pending_followers`, shy)).toMatchObject({ totalItems: 0, orderedItems: [] })
    expect(await get(`${ben.uri}/pending_following`, ben)).toMatchObject({ totalItems: 0 })
    expect(await get(`${shy.uri}/followers`, shy)).toMatchObject({ orderedItems: [{ id: ben.uri }] })
  })

  test('who are blocked stand in two lists: as themselves, and by the Blocks (FEP-c648)', async () => {
    const mean = await personHere(whole.world, 'mean')
    const block = await posted(whole, ben, { type: 'Block', object: mean.uri })
    expect(await get(`${ben.uri}/blocked`, ben)).toMatchObject({
      totalItems: 1,
      orderedItems: [{ id: mean.uri, preferredUsername: 'mean' }],
    })
    expect(await get(`${ben.uri}/blocks`, ben)).toMatchObject({
      totalItems: 1,
      orderedItems: [{ id: block.id, type: 'Block', actor: ben.uri, object: mean.uri }],
    })
    await posted(whole, ben, { type: 'Undo', object: block.id })
    expect(await get(`${ben.uri}/blocked`, ben)).toMatchObject({ totalItems: 0, orderedItems: [] })
  })
})

describe('what is done with a post', () => {
  test('is listed as the activities, also those from elsewhere; what is liked, as the posts', async () => {
    const note = await noteBy(whole, anna, 'well said')
    const like = await posted(whole, ben, { type: 'Like', object: note })
    const announce = await posted(whole, ben, { type: 'Announce', object: note, to: [PUBLIC] })
    const far = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${alice.uri}/likes/1`,
      type: 'Like',
      actor: alice.uri,
      object: note,
    }
    expect((await alice.post(`${ORIGIN}/ap/inbox`, far)).status).toBe(202)
    await whole.settled()
    for (const who of [undefined, anna, ben]) {
      const likes = await get(`${note}/likes`, who)
      expect(likes).toMatchObject({ type: 'OrderedCollection', totalItems: 2, likesOf: note })
      expect(itemsOf(likes)).toEqual([
        { id: far.id, type: 'Like', actor: alice.uri, object: note },
        { id: like.id, type: 'Like', actor: ben.uri, object: note },
      ])
      expect(await get(`${note}/shares`, who)).toMatchObject({
        totalItems: 1,
        sharesOf: note,
        orderedItems: [{ id: announce.id, type: 'Announce', actor: ben.uri, object: note }],
      })
    }
    expect(await get(`${ben.uri}/liked`, ben)).toMatchObject({
      totalItems: 1,
      orderedItems: [
        { id: note, type: 'Note', attributedTo: anna.uri, content: expect.stringContaining('well said') },
      ],
    })
    await posted(whole, ben, { type: 'Undo', object: like.id })
    expect(await get(`${ben.uri}/liked`, ben)).toMatchObject({ totalItems: 0, orderedItems: [] })
  })

  test('is one’s own to know, unless one says it openly: what somebody likes', async () => {
    const emil = await personHere(whole.world, 'emil')
    const [quiet, loud] = [await noteBy(whole, anna, 'quietly'), await noteBy(whole, anna, 'loudly')]
    await posted(whole, emil, { type: 'Like', object: quiet })
    await posted(whole, emil, { type: 'Like', object: loud, to: [PUBLIC] })
    expect((await walk(`${emil.uri}/liked`, emil)).sort()).toEqual([quiet, loud].sort())
    for (const who of [undefined, ben])
      expect(await get(`${emil.uri}/liked`, who)).toMatchObject({ totalItems: 1 })
    expect(await walk(`${emil.uri}/liked`, undefined)).toEqual([loud])
  })

  test('with one that is not for everyone is its author’s to know, and each knows of themselves', async () => {
    const { world } = whole
    const [fred, gina, hans] = [
      await personHere(world, 'fred'),
      await personHere(world, 'gina'),
      await personHere(world, 'hans'),
    ]
    const note = await noteBy(whole, fred, '@gina @hans between us', 'direct')
    const id = note.split('/').at(-1) as never
    await likePost(world, gina, id)
    await likePost(world, hans, id)
    const actors = async (who: Who) =>
      itemsOf(await get(`${note}/likes`, who)).map((item) => (item as Json).actor)
    expect(await actors(fred)).toEqual([hans.uri, gina.uri])
    expect(await actors(gina)).toEqual([gina.uri])
    expect((await ask(`${note}/likes`, ben)).status).toBe(404)
    expect((await ask(`${note}/likes`, undefined)).status).toBe(404)
  })

  test('replies are those that the reader may see (S-094)', async () => {
    const note = await noteBy(whole, anna, 'what do you think?')
    const open = await posted(whole, ben, { type: 'Note', content: 'well', inReplyTo: note, to: [PUBLIC] })
    const shut = await posted(whole, ben, { type: 'Note', content: 'but', inReplyTo: note, to: [anna.uri] })
    const [first, second] = [open, shut].map(({ object }) => (object as Json).id)
    expect(await get(`${note}/replies`, undefined)).toMatchObject({ totalItems: 1, items: [first] })
    expect(await get(`${note}/replies`, anna)).toMatchObject({ totalItems: 2, items: [first, second] })
    const other = await personHere(whole.world, 'bystander')
    expect(await get(`${note}/replies`, other)).toMatchObject({ totalItems: 1, items: [first] })
  })
})

describe('collections that people keep', () => {
  test('are read by those whom they are for, page by page, and listed by their maker', async () => {
    const ida = await personHere(whole.world, 'ida')
    const make = (name: string, more: Json) =>
      posted(whole, ida, { type: 'Create', object: { type: 'OrderedCollection', name, ...more }, ...more })
    const open = ((await make('birds', { to: [PUBLIC] })).object as Json).id as string
    const shut = ((await make('secrets', {})).object as Json).id as string
    const notes: string[] = []
    for (let n = 0; n < 45; n++) {
      const note = await noteBy(whole, ida, `bird ${n}`, n === 3 ? 'direct' : 'public')
      await posted(whole, ida, { type: 'Add', object: note, target: open })
      notes.unshift(note)
    }
    expect(await walk(open, ida)).toEqual(notes)
    expect(await walk(open, ida, 'last')).toEqual(notes)
    // What is not for this reader is not there, and not counted.
    expect(await walk(open, ben)).toEqual(notes.filter((_, n) => n !== 41))
    expect(await get(open, undefined)).toMatchObject({
      id: open,
      type: 'OrderedCollection',
      name: 'birds',
      attributedTo: ida.uri,
      to: [PUBLIC],
      totalItems: 44,
    })
    expect((await ask(shut, ida)).status).toBe(200)
    for (const who of [ben, undefined]) expect((await ask(shut, who)).status).toBe(404)
    const listed = async (who: Who) => (await walk(`${ida.uri}/collections`, who)).sort()
    expect(await listed(ida)).toEqual([open, shut].sort())
    expect(await listed(undefined)).toEqual([open])
    const { headers } = await ask(`${open}/seek?item=${encodeURIComponent(String(notes[20]))}`, ben)
    expect(itemsOf(await get(String(headers.location), ben))[0]).toBe(notes[20])
    await posted(whole, ida, { type: 'Delete', object: open })
    await expect.poll(async () => (await ask(open, undefined)).status).toBe(410)
  }, 60_000)
})

describe('the shared inbox', () => {
  test('is a list of what came from elsewhere for everyone, and of nothing else', async () => {
    const open = await noteFrom(whole, alice, 'for all', { to: [PUBLIC], cc: [ben.uri] })
    const shut = await noteFrom(whole, alice, 'for ben', { to: [ben.uri], cc: [] })
    const quiet = await noteFrom(whole, alice, 'unlisted', { to: [], cc: [PUBLIC, ben.uri] })
    const ours = await noteBy(whole, anna, 'from here')
    for (const who of [undefined, ben]) {
      const list = await get(`${ORIGIN}/ap/inbox`, who)
      expect(list).toMatchObject({ type: 'OrderedCollection', to: [PUBLIC] })
      const ids = await walk(`${ORIGIN}/ap/inbox`, who)
      expect(ids).toContain(open)
      for (const each of [shut, quiet, ours]) expect(ids).not.toContain(each)
    }
    expect((await ask(`${ORIGIN}/ap/inbox`, undefined)).headers['access-control-allow-origin']).toBe('*')
  })
})

const numberOf = (uri: string) => BigInt(uri.split('/').at(-1) ?? '')
