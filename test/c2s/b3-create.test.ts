import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { keepFile } from '../../src/domain/media/keep.ts'
import { approveInteraction } from '../../src/domain/policies/decide.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { kept, noteBy, noteFrom, PUBLIC, posted, refused, saidBy } from '../support/outbox.ts'
import type { Json, Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Create; e3, e7: anna writes, ben and carl live here, alice elsewhere. */

const AS = 'https://www.w3.org/ns/activitystreams'
let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let carl: LocalAccount
let alice: Person

beforeAll(async () => {
  whole = await startWhole(['far.test', 'down.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  carl = await personHere(whole.world, 'carl')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  await requestFollow(whole.world, ben, anna)
  const { status } = await alice.post(`${ORIGIN}/ap/inbox`, alice.follow(anna.uri))
  expect(status).toBe(202)
  await whole.settled()
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const followers = () => whole.world.uris.followers(anna.id)
const note = (content: string, more: Json = {}): Json => ({ type: 'Note', content, to: [PUBLIC], ...more })
const create = async (object: Json) => {
  const said = await posted(whole, anna, object)
  return { ...said, object: said.object as Json & { id: string } } as Json & {
    id: string
    object: Json & { id: string }
  }
}
const rowOf = (uri: unknown) =>
  whole.db.selectFrom('post').selectAll().where('uri', '=', String(uri)).executeTakeFirstOrThrow()
const read = async (uri: string, who?: LocalAccount) => {
  const headers = {
    accept: 'application/activity+json',
    ...(who && bearing(await tokenFor(whole.world, who))),
  }
  const reply = await whole.ask(uri.slice(ORIGIN.length), { headers })
  return { status: reply.status, json: reply.text.startsWith('{') ? (JSON.parse(reply.text) as Json) : {} }
}
const notices = async (who: LocalAccount, uri: string) => {
  const rows = await whole.db
    .selectFrom('notification')
    .innerJoin('post', 'post.id', 'notification.post_id')
    .select('notification.kind')
    .where('post.uri', '=', uri)
    .where('owner_id', '=', who.id)
    .execute()
  return rows.map(({ kind }) => kind)
}

describe('a Create', () => {
  test('is a post like any other: in homes, told of, sent to followers, exactly as it is kept', async () => {
    const said = await create(note('<p>Hello <b>world</b></p>', { cc: [followers()] }))
    await whole.settled()
    expect(await alice.receives((one) => one.id === said.id)).toEqual({ ...said })
    const { id } = await rowOf(said.object.id)
    const homes = await whole.db
      .selectFrom('home_entry')
      .select('owner_id')
      .where('post_id', '=', id)
      .execute()
    expect(new Set(homes.map(({ owner_id }) => owner_id))).toEqual(new Set([anna.id, ben.id]))
    expect(said.object).toMatchObject({
      content: '<p>Hello <b>world</b></p>',
      attributedTo: anna.uri,
      likes: { totalItems: 0 },
      shares: { totalItems: 0 },
      replies: { totalItems: 0 },
    })
    expect((await read(said.object.id)).json).toMatchObject({ content: said.object.content })
  })

  test('needs its object in itself', async () => {
    expect(await refused(whole, anna, { type: 'Create' })).toMatchObject({
      status: 400,
      code: 'activity.no-object',
    })
    for (const object of ['https://far.test/1', ['https://far.test/1'], [note('a'), note('b')]]) {
      const no = await refused(whole, anna, { type: 'Create', object } as Json)
      expect(no).toMatchObject({ status: 400, code: 'activity.not-embedded' })
    }
  })

  test.each(['Person', 'Service', 'Group', 'Organization', 'Application', ['x:Friend', 'Person']])(
    'makes no %j (e6)',
    async (type) => {
      expect(await refused(whole, anna, { type, name: 'eve', content: 'x' } as Json)).toMatchObject({
        status: 403,
      })
    },
  )

  test.each(['Tombstone', 'CollectionPage', ['Note', 'Tombstone']])('makes no %j', async (type) => {
    const no = await refused(whole, anna, { type: 'Create', object: { type, content: 'x' } } as Json)
    expect(no).toMatchObject({ status: 400, type: 'unsupported-type' })
  })

  test.each([
    ['Note', { content: 'a' }],
    ['Article', { name: 'Of things', content: `<p>${'long '.repeat(300)}</p>`, summary: 'about' }],
    ['Page', { name: 'A page', content: 'a' }],
    [
      'Event',
      {
        name: 'A day',
        startTime: '2027-01-01T10:00:00Z',
        endTime: '2027-01-01T12:00:00Z',
        location: { type: 'Place', name: 'here' },
      },
    ],
    [
      'Video',
      {
        name: 'A film',
        duration: 'PT3M',
        url: [{ type: 'Link', href: 'https://x.test/film.mp4', mediaType: 'video/mp4' }],
      },
    ],
    ['Audio', { name: 'A song', url: 'https://x.test/song.mp3' }],
    ['Image', { name: 'A picture', url: 'https://x.test/a.png', width: 10, height: 20 }],
    ['Document', { name: 'A paper', url: 'https://x.test/a.pdf' }],
  ])('of %s is kept as what it is, whole, and reads back so', async (type, more) => {
    const said = await create({ type, to: [PUBLIC], ...more })
    const { url, ...rest } = more as Json
    expect(said.object).toMatchObject({ type, ...rest })
    if (url !== undefined) expect(said.object.url).toEqual(expect.arrayContaining([url].flat()))
    expect((await rowOf(said.object.id)).kind).toBe(type.toLowerCase())
    const { json } = await read(said.object.id)
    expect(json).toMatchObject({ type, ...rest, id: said.object.id })
  })

  test('with what only its app understands keeps it, to the letter, wherever it is read (e3)', async () => {
    const more = {
      'x:mood': { 'x:colour': ['blue', 1, 1.5, true, null], 'x:deep': { 'x:er': [] } },
      generator: { type: 'Application', name: 'An app' },
      'x:zero': 0,
      'x:empty': '',
    }
    const context = [AS, { x: 'https://x.test/ns#' }, 'https://purl.archive.org/socialweb/webfinger']
    const said = await create({ '@context': context, ...note('a', { cc: [followers()] }), ...more })
    expect(said.object).toMatchObject(more)
    expect(said['@context']).toEqual(expect.arrayContaining(context))
    const { json } = await read(said.object.id)
    expect(json).toMatchObject(more)
    expect(json['@context']).toEqual(expect.arrayContaining(context))
    await whole.settled()
    expect((await alice.receives((one) => one.id === said.id)).object).toMatchObject(more)
  })

  test('carries what the app says of the activity itself', async () => {
    const said = await posted(whole, anna, {
      type: ['Create', 'x:Toot'],
      instrument: { type: 'Service', name: 'An app' },
      'x:why': 'because',
      object: note('a'),
    })
    expect(said).toMatchObject({
      type: ['Create', 'x:Toot'],
      instrument: { name: 'An app' },
      'x:why': 'because',
    })
    expect(await kept(whole, said.id)).toMatchObject({ kind: 'Create', lasting: true })
  })
})

describe('its words', () => {
  const EVIL =
    '<p onclick="x()">hi<script>alert(1)</script><a href="javascript:x()">no</a><img src=x onerror=x()><svg/onload=x()></p>'

  test('hold no more than those from elsewhere may (e7)', async () => {
    const said = await create(
      note(EVIL, {
        summary: '<b onclick=x()>warn</b><script>x</script>',
        contentMap: { en: EVIL, de: EVIL },
        name: '<script>x</script>title',
        attachment: [{ type: 'Note', content: EVIL, name: 'n' }],
        'x:more': { content: EVIL, summary: EVIL, contentMap: { fr: EVIL } },
      }),
    )
    expect(JSON.stringify(said)).not.toMatch(/script|onclick|onerror|onload|javascript/)
    expect(said.object.content).toMatch(/^<p>hi/)
    const row = await rowOf(said.object.id)
    expect(row.content_html).not.toMatch(/script|onclick|javascript/)
  })

  test('are as they were typed beside as they are shown', async () => {
    const source = { content: '*hello* @ben #there', mediaType: 'text/markdown' }
    const both = await create(note('<p><em>hello</em></p>', { source }))
    expect(both.object).toMatchObject({ content: '<p><em>hello</em></p>', source })
    const { content: _content, ...typed } = note('', {
      source: { content: 'hello\n@ben #there', mediaType: 'text/plain' },
    })
    const one = await create(typed)
    expect(one.object.content).toMatch(/^<p>hello/)
    expect(one.object.content).toContain('u-url mention')
    expect(one.object.source).toEqual((typed as Json).source)
  })

  test('may be in several languages, and are then in each and in one', async () => {
    const contentMap = { en: '<p>hello</p>', de: '<p>hallo</p>' }
    const several = await create({ type: 'Note', to: PUBLIC, contentMap, nameMap: { en: 'x', de: 'y' } })
    expect(several.object).toMatchObject({
      content: '<p>hello</p>',
      contentMap,
      nameMap: { en: 'x', de: 'y' },
      name: 'x',
    })
    const one = await create(note('<p>hallo</p>', { contentMap: { de: '<p>hallo</p>' } }))
    expect(one.object).toMatchObject({ content: '<p>hallo</p>', contentMap: { de: '<p>hallo</p>' } })
    expect((await rowOf(one.object.id)).language).toBe('de')
  })

  test('that are plain text are shown as such', async () => {
    const said = await create(note('a < b & c', { mediaType: 'text/plain' }))
    expect(said.object.content).toBe('<p>a &lt; b &amp; c</p>')
  })

  test('are a post’s only as far as posts go', async () => {
    expect(await refused(whole, anna, note('a'.repeat(501)))).toMatchObject({
      status: 422,
      code: 'post.too-long',
    })
    expect((await create(note('a'.repeat(500)))).object.id).toMatch('/ap/posts/')
  })
})

describe('whom it names', () => {
  test('is kept in its tags, and gets nothing by that', async () => {
    const tag = [
      { type: 'Mention', href: ben.uri, name: '@ben' },
      { type: 'Mention', href: alice.uri, name: '@alice@far.test' },
      { type: 'Hashtag', name: '#Things', href: 'https://x.test/tags/things' },
      { type: 'x:Sticker', name: 'smile' },
    ]
    const said = await create({ type: 'Note', content: 'about @ben', to: [carl.uri], tag })
    const tags = said.object.tag as Json[]
    expect(tags).toEqual(expect.arrayContaining([tag[0], tag[1], tag[3]]))
    expect(tags).toContainEqual(expect.objectContaining({ type: 'Hashtag', name: '#Things' }))
    expect(said).toMatchObject({ to: [carl.uri], cc: [] })
    await whole.settled()
    expect((await read(said.object.id, ben)).status).toBe(404)
    expect(await notices(ben, said.object.id)).toEqual([])
    expect(alice.received.some((one) => one.id === said.id)).toBe(false)
  })

  test('and is addressed, is told as ever', async () => {
    const tag = [{ type: 'Mention', href: ben.uri, name: '@ben' }]
    const said = await create({ type: 'Note', content: 'to @ben', to: [ben.uri], tag })
    expect(said.object.tag).toEqual([expect.objectContaining({ type: 'Mention', href: ben.uri })])
    expect(await notices(ben, said.object.id)).toEqual(['mention'])
    expect((await read(said.object.id, ben)).status).toBe(200)
    expect((await read(said.id, ben)).status).toBe(200)
    expect((await read(said.object.id, carl)).status).toBe(404)
  })

  test('is nobody, where people are addressed without being named', async () => {
    const said = await create({ type: 'Note', content: 'psst', to: [ben.uri], cc: [alice.uri] })
    expect(said.object.tag).toEqual([])
    expect(await notices(ben, said.object.id)).toEqual(['mention'])
    await whole.settled()
    expect(await alice.receives((one) => one.id === said.id)).toEqual({ ...said })
  })
})

describe('an answer', () => {
  test('stands below what it answers here, and its author is told if they are addressed', async () => {
    const parent = await noteBy(whole, ben, 'what do you think?')
    const said = await create(note('this', { inReplyTo: parent, cc: [ben.uri] }))
    expect(said.object).toMatchObject({ inReplyTo: parent })
    expect((await rowOf(said.object.id)).in_reply_to_account_id).toBe(ben.id)
    expect(((await read(parent)).json.replies as Json).totalItems).toBe(1)
    expect(await notices(ben, said.object.id)).toEqual(['mention'])
  })

  test('to a post elsewhere that is not known yet asks for it first', async () => {
    const { id } = alice.note('far away')
    const said = await create(note('an answer', { inReplyTo: id, cc: [alice.uri] }))
    expect((await rowOf(said.object.id)).in_reply_to_id).not.toBeNull()
    await whole.settled()
    expect(await alice.receives((one) => one.id === said.id)).toMatchObject({ object: { inReplyTo: id } })
  })

  test('to one that cannot be had is said all the same', async () => {
    const inReplyTo = 'https://down.test/notes/1'
    const said = await create(note('an answer', { inReplyTo }))
    expect(said.object).toMatchObject({ inReplyTo })
    expect(await rowOf(said.object.id)).toMatchObject({ in_reply_to_uri: inReplyTo, in_reply_to_id: null })
  })

  test('to what is not there, or not for them, is refused in one way (e13)', async () => {
    const hidden = await noteBy(whole, ben, 'to myself', 'direct')
    for (const inReplyTo of [hidden, whole.world.uris.post('1' as never), `${ORIGIN}/nothing`]) {
      expect(await refused(whole, anna, note('a', { inReplyTo }))).toMatchObject({
        status: 400,
        type: 'object-does-not-exist',
      })
    }
  })

  test('across a block is refused (e14)', async () => {
    const dora = await personHere(whole.world, 'dora')
    const parent = await noteBy(whole, dora, 'not for anna')
    await blockAccount(whole.world, dora, anna)
    expect(await refused(whole, anna, note('a', { inReplyTo: parent }))).toMatchObject({ status: 403 })
  })

  test('that its author wants from certain people only is refused', async () => {
    const id = await publishPost(whole.world, ben, {
      text: 'mine',
      visibility: 'public',
      policy: { reply: 'nobody' },
    })
    expect((await refused(whole, anna, note('a', { inReplyTo: whole.world.uris.post(id) }))).status).toBe(403)
  })

  test('for which leave is needed is its author’s alone until there is leave, and then the same for all', async () => {
    const policy = { reply: 'nobody+ask' } as const
    const id = await publishPost(whole.world, ben, { text: 'ask me', visibility: 'public', policy })
    const answer = note('may I?', {
      inReplyTo: whole.world.uris.post(id),
      cc: [followers()],
      bcc: [alice.uri],
    })
    const said = await create(answer)
    await whole.settled()
    expect(alice.received.some((one) => one.id === said.id)).toBe(false)
    expect((await read(said.id, anna)).status).toBe(200)
    expect((await read(said.id, carl)).status).toBe(404)
    const wish = await whole.db
      .selectFrom('approval')
      .select('id')
      .where('uri', '=', said.object.id)
      .executeTakeFirstOrThrow()
    await approveInteraction(whole.world, ben, wish.id)
    await whole.settled()
    expect(await alice.receives((one) => one.id === said.id)).toMatchObject({
      object: { id: said.object.id },
    })
    expect((await read(said.id)).status).toBe(200)
    expect(
      await saidBy(whole, anna, 'Create').then((all) =>
        all.filter(({ object }) => (object as Json).id === said.object.id),
      ),
    ).toHaveLength(1)
  })

  test('is what an app may say that may only react, to what it may react to', async () => {
    const here = await noteBy(whole, ben, 'here')
    const answer = (inReplyTo: string) => note('a', { inReplyTo })
    expect((await posted(whole, anna, answer(here), { scope: 'reactlocal' })).type).toBe('Create')
    expect(await refused(whole, anna, answer('https://down.test/1'), { scope: 'reactlocal' })).toMatchObject({
      status: 403,
    })
    expect(await refused(whole, anna, note('a'), { scope: 'reactany' })).toMatchObject({ status: 403 })
  })
})

describe('a question', () => {
  const question = (more: Json = {}): Json => ({
    type: 'Question',
    content: 'tea?',
    to: [PUBLIC],
    oneOf: [
      { type: 'Note', name: 'yes', replies: { totalItems: 99 } },
      { type: 'Note', name: 'no' },
    ],
    endTime: new Date(Date.now() + 86_400_000).toISOString(),
    votersCount: 99,
    ...more,
  })

  test('is asked with its answers, and without the votes that it brings', async () => {
    const said = await create(question())
    expect(said).toMatchObject({ type: 'Create', object: { type: 'Question', votersCount: 0 } })
    const options = said.object.oneOf as Json[]
    expect(options.map(({ name, replies }) => [name, (replies as Json).totalItems])).toEqual([
      ['yes', 0],
      ['no', 0],
    ])
  })

  test('is answered by a Note with a name, which whoever asks alone is told (here)', async () => {
    const asked = await posted(whole, ben, question())
    const { id } = asked.object as { id: string }
    const vote = await posted(whole, anna, { type: 'Note', name: 'yes', inReplyTo: id, to: [PUBLIC] })
    expect(vote).toMatchObject({
      type: 'Create',
      to: [ben.uri],
      cc: [],
      object: { name: 'yes', inReplyTo: id },
    })
    expect((await read(vote.id, carl)).status).toBe(404)
    expect((await read(vote.id, ben)).status).toBe(200)
    const options = (await read(id)).json.oneOf as Json[]
    expect(options.map(({ replies }) => (replies as Json).totalItems)).toEqual([1, 0])
    for (const name of ['no', 'yes', 'maybe']) {
      expect((await refused(whole, anna, { type: 'Note', name, inReplyTo: id })).status).toBe(422)
    }
  })

  test('of which several answers may be chosen takes them one by one', async () => {
    const { oneOf, ...rest } = question()
    const asked = await posted(whole, ben, { ...rest, anyOf: oneOf })
    const { id } = asked.object as { id: string }
    const vote = (name: string): Json => ({ type: 'Note', name, inReplyTo: id })
    await posted(whole, anna, vote('yes'))
    await posted(whole, anna, vote('no'))
    expect((await refused(whole, anna, vote('no'))).status).toBe(422)
    const { json } = await read(id)
    expect(json.votersCount).toBe(1)
  })

  test('elsewhere is answered there, and only there', async () => {
    const asked = await noteFrom(whole, alice, 'coffee?', {
      type: 'Question',
      oneOf: [
        { type: 'Note', name: 'yes' },
        { type: 'Note', name: 'no' },
      ],
      endTime: new Date(Date.now() + 86_400_000).toISOString(),
    })
    const vote = await posted(whole, anna, {
      type: 'Note',
      name: 'no',
      inReplyTo: asked,
      to: [PUBLIC, ben.uri],
    })
    await whole.settled()
    expect(await alice.receives((one) => one.id === vote.id)).toEqual(vote)
    expect(vote).toMatchObject({ to: [alice.uri], object: { name: 'no', inReplyTo: asked } })
  })
})

describe('files', () => {
  const upload = async (owner: LocalAccount, name: string, description = 'a cat') => {
    const id = await keepFile(whole.world, owner, {
      kind: 'image',
      url: whole.world.uris.media(name),
      mediaType: 'image/png',
      description,
      blurhash: null,
      focus: null,
      width: 10,
      height: 20,
      duration: null,
      previewUrl: null,
      previewFile: null,
      file: name,
    })
    return { id, uri: whole.world.uris.mediaObject(id), url: whole.world.uris.media(name) }
  }

  test('that were uploaded are attached by their ids, by copies and by their addresses, and keep what they show', async () => {
    const files = [await upload(anna, 'a.png'), await upload(anna, 'b.png'), await upload(anna, 'c.png')]
    const said = await create(
      note('look', {
        attachment: [
          files[0]?.uri,
          { type: 'Image', id: files[1]?.uri, url: files[1]?.url, name: 'a dog' },
          { type: 'Document', mediaType: 'image/png', url: files[2]?.url },
        ],
      }),
    )
    expect((said.object.attachment as Json[]).map(({ url, name }) => [url, name])).toEqual([
      [files[0]?.url, 'a cat'],
      [files[1]?.url, 'a dog'],
      [files[2]?.url, 'a cat'],
    ])
    expect(await refused(whole, anna, note('again', { attachment: [files[0]?.uri] }))).toMatchObject({
      status: 422,
    })
  })

  test('S-113: of somebody else are refused', async () => {
    const theirs = await upload(ben, 'theirs.png')
    for (const attachment of [theirs.uri, theirs.url, { type: 'Image', url: theirs.url }]) {
      const no = await refused(whole, anna, note('mine?', { attachment: [attachment] }))
      expect(no).toMatchObject({ status: 422, code: 'media.not-found' })
    }
  })

  test('elsewhere hang on it as they were written', async () => {
    const attachment = { type: 'Image', url: 'https://x.test/a.png', name: 'far', 'x:y': 1 }
    const said = await create(note('look', { attachment: [attachment] }))
    expect(said.object.attachment).toEqual([attachment])
  })

  test('can be all that is said', async () => {
    const file = await upload(anna, 'alone.png')
    const said = await create({ type: 'Image', to: [PUBLIC], url: file.url })
    expect(said.object).toMatchObject({ type: 'Image', attachment: [{ url: file.url }] })
  })
})

describe('what is no post', () => {
  test.each([
    ['a place', { type: 'Place', name: 'home', latitude: 1.5, longitude: -2 }],
    [
      'a relationship',
      {
        type: 'Relationship',
        subject: 'https://x.test/a',
        object: 'https://x.test/b',
        relationship: 'http://purl.org/vocab/relationship/friendOf',
      },
    ],
    ['a profile', { type: 'Profile', describes: 'https://x.test/a', summary: '<p>me</p>' }],
    [
      'something new',
      { type: ['x:Recipe', 'Object'], 'x:steps': [{ 'x:do': 'stir' }, { 'x:do': 'wait' }], name: 'Soup' },
    ],
    ['a note that says nothing', { type: 'Note', 'x:only': 1 }],
  ])('is kept: %s', async (_what, what) => {
    const said = await posted(whole, anna, {
      '@context': [AS, { x: 'https://x.test/ns#' }],
      to: [PUBLIC],
      ...what,
    })
    const object = said.object as Json & { id: string }
    expect(object).toMatchObject({ ...what, attributedTo: anna.uri, to: [PUBLIC] })
    expect(object.id).toMatch(`${ORIGIN}/ap/objects/`)
    const { status, json } = await read(object.id)
    expect(status).toBe(200)
    const { '@context': context, ...rest } = json
    expect(rest).toEqual(object)
    expect(context).toEqual([AS, { x: 'https://x.test/ns#' }])
    expect((await read(said.id)).json).toEqual(said)
  })

  test('goes to those whom it is for, and is read by them alone', async () => {
    const said = await posted(whole, anna, { type: 'Place', name: 'secret', to: [alice.uri, ben.uri] })
    const { id } = said.object as { id: string }
    await whole.settled()
    expect(await alice.receives((one) => one.id === said.id)).toEqual(said)
    for (const uri of [id, said.id]) {
      expect((await read(uri)).status).toBe(404)
      expect((await read(uri, carl)).status).toBe(404)
      expect((await read(uri, ben)).status).toBe(200)
      expect((await read(uri, anna)).status).toBe(200)
      expect((await alice.get(uri)).status).toBe(200)
    }
  })

  test('for followers is theirs as well', async () => {
    const said = await posted(whole, anna, { type: 'Place', name: 'ours', to: [followers()] })
    const { id } = said.object as { id: string }
    await whole.settled()
    expect(await alice.receives((one) => one.id === said.id)).toEqual(said)
    expect((await read(id, ben)).status).toBe(200)
    expect((await read(id, carl)).status).toBe(404)
  })
})

test('whoever is suspended or has moved says nothing', async () => {
  const eve = await personHere(whole.world, 'eve')
  await whole.db
    .updateTable('account')
    .set({ moved_to_uri: 'https://far.test/users/eve' })
    .where('id', '=', eve.id)
    .execute()
  expect((await refused(whole, eve, note('a'))).status).toBeGreaterThanOrEqual(400)
  expect(await saidBy(whole, eve, 'Create')).toEqual([])
})
