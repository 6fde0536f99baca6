import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { receivePosts } from '../../src/domain/posts/receive.ts'
import { writeAllWords } from '../../src/domain/search/fill.ts'
import { incomingBy } from '../support/incoming.ts'
import { apiClient, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere } from '../support/world.ts'

let server: Whole
let ada: Toot
/** may be found */
let bob: Toot
/** may not */
let eve: Toot

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  eve = await tootAs(server, 'eve')
  await updateAccount(server.world, bob.account, { indexable: true })
  await updateAccount(server.world, eve.account, { indexable: false })
}, 120_000)
afterAll(() => server?.[Symbol.asyncDispose]())

async function say(who: Toot, status: string, more: Fields = {}): Promise<string> {
  const reply = await who.post('/api/v1/statuses', { status, ...more })
  expect(reply.status, reply.text).toBe(200)
  await server.settled()
  return reply.json.id
}

async function search(who: Toot, q: string, more: Fields = {}) {
  const reply = await who.get('/api/v2/search', { q, ...more })
  expect(reply.status, reply.text).toBe(200)
  expectEntity('Search', reply.json)
  return reply.json
}
const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)
const found = async (who: Toot, q: string, more: Fields = {}) => idsOf((await search(who, q, more)).statuses)

describe('S-095: posts are found', () => {
  test('by those who may open them, and where their authors allow it or they have to do with it', async () => {
    const open = await say(bob, 'a wombat for all')
    const unlisted = await say(bob, 'a wombat aside', { visibility: 'unlisted' })
    await say(bob, 'a wombat among friends', { visibility: 'private' })
    const told = await say(bob, '@ada a wombat for you', { visibility: 'direct' })
    const closed = await say(eve, 'a wombat not to be found')
    const own = await say(ada, 'my wombat', { visibility: 'private' })
    expect(await found(ada, 'wombat')).toEqual([own, told, open])
    expect(await found(eve, 'wombat')).toEqual([closed, open])
    await ada.post(`/api/v1/statuses/${unlisted}/favourite`)
    await ada.post(`/api/v1/statuses/${closed}/bookmark`)
    expect(await found(ada, 'WOMBAT')).toEqual([own, closed, told, unlisted, open])
    expect(await found(ada, 'wombat in:library')).toEqual([own, closed, told, unlisted])
    const nobody = await apiClient(server).get('/api/v2/search', { q: 'wombat' })
    expect([nobody.status, nobody.json.statuses]).toEqual([200, []])
  })

  test('not any more when their author does not want it, is blocked or muted', async () => {
    const [fay, gus] = [await tootAs(server, 'fay'), await tootAs(server, 'gus')]
    await updateAccount(server.world, fay.account, { indexable: true })
    const id = await say(fay, 'a numbat')
    expect(await found(gus, 'numbat')).toEqual([id])
    await updateAccount(server.world, fay.account, { indexable: false })
    expect(await found(gus, 'numbat')).toEqual([])
    await updateAccount(server.world, fay.account, { indexable: true })
    await muteAccount(server.world, gus.account, fay.account)
    expect(await found(gus, 'numbat')).toEqual([])
    await blockAccount(server.world, fay.account, ada.account)
    expect(await found(ada, 'numbat')).toEqual([])
  })

  test('no hashtag of what only some may read is told of', async () => {
    await say(bob, 'hidden #quokkasecret', { visibility: 'private' })
    await say(bob, 'open #Quokka')
    const { hashtags } = await search(ada, 'quok', { type: 'hashtags' })
    expect(hashtags.map(({ name }: { name: string }) => name)).toEqual(['Quokka'])
  })
})

describe('the words of a post', () => {
  test('are those of any script', async () => {
    const japanese = await say(bob, '今日は東京タワーに行きました')
    const korean = await say(bob, '안녕하세요 세계')
    const french = await say(bob, 'Un CAFÉ noir, s’il vous plaît')
    const thai = await say(bob, 'สวัสดีชาวโลก')
    const picture = await say(bob, 'look 🦘')
    expect(await found(ada, '東京')).toEqual([japanese])
    expect(await found(ada, '東京タワー')).toEqual([japanese])
    expect(await found(ada, '京')).toEqual([japanese])
    expect(await found(ada, '京東')).toEqual([])
    expect(await found(ada, '세계')).toEqual([korean])
    expect(await found(ada, 'cafe')).toEqual([french])
    expect(await found(ada, 'ชาวโลก')).toEqual([thai])
    expect(await found(ada, '🦘')).toEqual([picture])
  })

  test.each([
    ['Chinese', '我们今天去看了长城的日落', ['长城', '长城的日落', '城'], ['城长', '长日']],
    ['Japanese', 'ｶﾀｶﾅとひらがなとガラス', ['カタカナ', 'ひらがな', 'がな', 'カ'], ['カラス', 'ひがな']],
    ['Korean', '서울에서 만났어요', ['서울', '서울에서', '만났'], ['울서']],
    ['Thai', 'ภาษาไทยไม่เว้นวรรค', ['ภาษา', 'ไทย', 'วรรค'], ['ไทภ']],
    ['Arabic', 'كَتَبَ مُحَمَّد كتــاباً إلى أحمد', ['محمد', 'كتب', 'كتابا', 'احمد', 'مُحَمَّد'], ['محم']],
    ['Hebrew', 'שָׁלוֹם עֲלֵיכֶם', ['שלום', 'עליכם'], ['שלו']],
    ['Cyrillic', 'Ёлка и Йод ЗИМОЙ', ['елка', 'ёлка', 'йод', 'зимой', 'ЁЛКА'], ['елк']],
    ['Greek', 'Ο ΛΌΓΟΣ του Οδυσσέα', ['λογος', 'λόγος', 'ΛΟΓΟΣ', 'οδυσσεα'], ['λογ']],
    ['Hindi', 'नमस्ते दुनिया', ['नमस्ते', 'दुनिया'], ['नमस']],
    ['Vietnamese', 'Tiếng Việt đẹp lắm', ['tieng viet', 'tiếng', 'VIỆT'], ['vie']],
    [
      'Turkish and others',
      'İstanbul’da ﬁnch straße Ångström',
      ['istanbul', 'finch', 'angstrom', 'strasse'],
      ['istan'],
    ],
  ])(
    'of %s are found with and without accents, in capitals and not, in pieces where nothing parts them',
    async (_script, said, finding, missing) => {
      const id = await say(bob, said)
      for (const q of finding) expect(await found(ada, q), q).toEqual([id])
      for (const q of missing) expect(await found(ada, q), q).toEqual([])
      await bob.delete(`/api/v1/statuses/${id}`)
    },
  )

  test('stand in a row, or are not there', async () => {
    const one = await say(bob, 'green tea and black coffee')
    const two = await say(bob, 'black tea and green coffee')
    expect(await found(ada, 'green coffee tea')).toEqual([two, one])
    expect(await found(ada, '"black tea"')).toEqual([two])
    expect(await found(ada, 'coffee -"black tea"')).toEqual([one])
    expect(await found(ada, `coffee ' & | ! <-> :* \\ ) (`)).toEqual([two, one])
  })

  test('are also those of a warning, a choice and a picture’s description; edits and deletes follow', async () => {
    const id = await say(bob, 'which', {
      spoiler_text: 'about bilbies',
      poll: { options: ['potoroo', 'bettong'], expires_in: 3600 },
    })
    expect(await found(ada, 'bilbies potoroo')).toEqual([id])
    await bob.put(`/api/v1/statuses/${id}`, { status: 'dunnart' })
    await server.settled()
    expect(await found(ada, 'bilbies')).toEqual([])
    expect(await found(ada, 'dunnart')).toEqual([id])
    await bob.delete(`/api/v1/statuses/${id}`)
    expect(await found(ada, 'dunnart')).toEqual([])
  })

  test('come in from elsewhere, too, and may be anything', async () => {
    const far = await personElsewhere(server.world, 'finder')
    const odd = `\u0301 İ ' \\ ' " <-> !( :* ﷺ ㍿ ${'長'.repeat(300)} ${'w'.repeat(3000)}`
    const incoming = incomingBy(far, { contentHtml: `<p>a mulgara ${odd.replaceAll('<', '&lt;')}</p>` })
    expect(await receivePosts(server.world, [{ incoming, author: far, wanted: true }])).toEqual(['stored'])
    await expect.poll(() => found(ada, 'mulgara'), { timeout: 20_000, interval: 500 }).toHaveLength(1)
    expect(await found(ada, '株式会社')).toHaveLength(1)
    for (const q of [
      ...odd.split(' '),
      odd,
      '"',
      '-',
      '-"',
      'from:',
      'has:',
      '#',
      '@',
      '@@',
      'before:2026-99-99',
    ])
      await search(ada, q.slice(0, 300))
    const nul = await ada.ask('GET', '/api/v2/search?q=a%00b')
    expect(nul.status, nul.text).toBeLessThan(500)
  }, 30_000)

  test('are written down for what was there before', async () => {
    const id = await say(bob, 'an old kowari')
    await sql`DELETE FROM post_search`.execute(server.db)
    expect(await found(ada, 'kowari')).toEqual([])
    const steps: unknown[] = []
    await writeAllWords(server.world, (BigInt(id) + 1n).toString() as PostId, async (next) => {
      steps.push(next)
    })
    expect(await found(ada, 'kowari')).toEqual([id])
    expect(steps.length).toBeGreaterThan(0)
  })
})

describe('operators', () => {
  test('say by whom, when, with what, what and in which language', async () => {
    const plain = await say(bob, 'a possum', { language: 'en' })
    const poll = await say(bob, 'a possum?', {
      language: 'de',
      poll: { options: ['yes', 'no'], expires_in: 3600 },
    })
    const reply = await say(ada, 'a possum too', { in_reply_to_id: plain, sensitive: true })
    const is = async (q: string) => found(ada, `possum ${q}`)
    expect(await is('from:bob')).toEqual([poll, plain])
    expect(await is('from:@bob@weft.test')).toEqual([poll, plain])
    expect(await is('-from:bob')).toEqual([reply])
    expect(await is('from:me')).toEqual([reply])
    expect(await is('from:nobody')).toEqual([])
    expect(await is('has:poll')).toEqual([poll])
    expect(await is('-has:poll')).toEqual([reply, plain])
    expect(await is('is:reply')).toEqual([reply])
    expect(await is('-is:sensitive')).toEqual([poll, plain])
    expect(await is('language:de')).toEqual([poll])
    expect(await is('in:public')).toEqual([reply, poll, plain])
    const today = new Date(server.clock.now()).toISOString().slice(0, 10)
    expect(await is(`before:${today}`)).toEqual([])
    expect(await is(`after:2020-01-01`)).toEqual([reply, poll, plain])
    expect(await is(`-during:2020-01-01`)).toEqual([reply, poll, plain])
    expect(await found(ada, 'from:me is:reply')).toEqual([reply])
    expect(await found(ada, 'possum', { account_id: bob.account.id })).toEqual([poll, plain])
    expect(await found(ada, 'possum', { max_id: poll })).toEqual([plain])
    expect(await found(ada, 'possum', { min_id: plain, limit: 1 })).toEqual([poll])
    expect(await found(ada, 'possum', { type: 'statuses', offset: 1, limit: 1 })).toEqual([poll])
  })
})

describe('accounts and addresses', () => {
  test('are found by name, handle and address', async () => {
    const far = await personElsewhere(server.world, 'bobbin')
    const people = async (q: string, more: Fields = {}) => idsOf((await search(ada, q, more)).accounts)
    expect(await people('bob')).toEqual([bob.account.id, far.id])
    expect(await people('@bobbin@far.test', { resolve: true })).toEqual([far.id])
    expect(await people(far.uri)).toEqual([far.id])
    expect(await people('https://weft.test/@bob')).toEqual([bob.account.id])
    expect(await people('ada')).toEqual([ada.account.id])
    expect(await people('bob', { following: true })).toEqual([])
    await ada.post(`/api/v1/accounts/${bob.account.id}/follow`)
    expect(await people('bob', { following: true })).toEqual([bob.account.id])
    expect(await people('bob', { type: 'hashtags' })).toEqual([])
    const open = await apiClient(server).get('/api/v2/search', { q: 'bob' })
    expect(idsOf(open.json.accounts)).toEqual([bob.account.id, far.id])
  })

  test('are found by their whole name by whoever keeps them away, and by nobody whom they keep away', async () => {
    const [hal, ivy] = [await tootAs(server, 'hal'), await tootAs(server, 'ivy')]
    await blockAccount(server.world, hal.account, ivy.account)
    const people = async (who: Toot, q: string) => idsOf((await search(who, q)).accounts)
    expect(await people(hal, '@ivy')).toEqual([ivy.account.id])
    expect(await people(hal, 'iv')).toEqual([])
    expect(await people(ivy, '@hal')).toEqual([])
  })

  test('of other domains are found by whoever keeps one away, who is in lists as before', async () => {
    const jon = await tootAs(server, 'jon')
    const known = await personElsewhere(server.world, 'kept', 'kept.test')
    const other = await personElsewhere(server.world, 'keptnot', 'other.test')
    const people = async () => idsOf((await search(jon, 'kept', { type: 'accounts' })).accounts)
    expect(await people()).toEqual([known.id, other.id])
    await ada.post(`/api/v1/accounts/${jon.account.id}/follow`)
    expect((await jon.post('/api/v1/domain_blocks', { domain: 'kept.test' })).status).toBe(200)
    await server.settled()
    expect(await people()).toEqual([other.id])
    const followers = await jon.get(`/api/v1/accounts/${jon.account.id}/followers`)
    expect(idsOf(followers.json)).toEqual([ada.account.id])
  })

  test('are found by the words of the name that they show, in any script, as long as they want to be found', async () => {
    const far = await personElsewhere(server.world, 'qx1', 'far.test', { displayName: 'Ève Numbat 田中太郎' })
    const shy = { displayName: 'Shy Numbat', discoverable: false }
    const near = await personElsewhere(server.world, 'qx2', 'far.test', shy)
    const people = async (q: string) => idsOf((await search(ada, q, { type: 'accounts' })).accounts)
    expect(await people('numbat')).toEqual([far.id])
    expect(await people('ève num')).toEqual([far.id])
    expect(await people('田中')).toEqual([far.id])
    expect(await people("num' | 'bat ! & <-> \\ :*")).toEqual([])
    await ada.post(`/api/v1/accounts/${near.id}/follow`)
    await server.db
      .updateTable('follow')
      .set({ state: 'accepted' })
      .where('followed_id', '=', near.id)
      .execute()
    expect(await people('numbat')).toEqual([near.id, far.id])
  })

  test.each([
    ['Кот Ёжиков', ['кот', 'ежик', 'ЁЖ'], ['жик']],
    ['Ελένη Παπάς', ['ελενη', 'παπας', 'ΠΑΠΆΣ'], ['ενη']],
    ['José Muñoz', ['jose', 'munoz', 'MUÑ'], ['unoz']],
    ['山田花子', ['山田', '花子', '田花', '子'], ['子花']],
    ['김민준', ['김', '민준'], ['준민']],
    ['สมชาย ใจดี', ['สมชาย', 'ชาย', 'ใจดี'], ['ดีใ']],
    ['مُحَمَّد', ['محمد'], ['حمد']],
    ['🦘 Łucja・Żółć', ['żołc', 'zolc', 'lucja'], ['olc']],
  ])('are found by what they are called in any script: %s', async (displayName, finding, missing) => {
    const name = `qs${displayName.codePointAt(0)?.toString(36)}`
    const far = await personElsewhere(server.world, name, 'far.test', { displayName })
    const shy = await personElsewhere(server.world, `${name}shy`, 'far.test', {
      displayName,
      discoverable: false,
    })
    const friend = await tootAs(server, `${name}f`)
    await friend.post(`/api/v1/accounts/${shy.id}/follow`)
    await server.db
      .updateTable('follow')
      .set({ state: 'accepted' })
      .where('followed_id', '=', shy.id)
      .execute()
    const people = async (who: Toot, q: string) =>
      idsOf((await search(who, q, { type: 'accounts' })).accounts)
    for (const q of finding) {
      expect(await people(ada, q), q).toEqual([far.id])
      // Whom somebody follows they find in any case.
      expect(await people(friend, q), q).toEqual([shy.id, far.id])
    }
    for (const q of missing) expect(await people(ada, q), q).toEqual([])
  })

  test('hashtags are found in any script, with and without accents', async () => {
    const said = ['#Café', '#東京タワー', '#Ёлка', '#Ελλάδα', '#مرحبا', '#สวัสดี', '#한국어']
    await say(bob, said.join(' '))
    const tags = async (q: string) =>
      (await search(ada, q, { type: 'hashtags' })).hashtags.map(({ name }: { name: string }) => name)
    for (const [q, name] of [
      ['cafe', 'Café'],
      ['#CAFÉ', 'Café'],
      ['東京', '東京タワー'],
      ['елк', 'Ёлка'],
      ['ελλαδα', 'Ελλάδα'],
      ['مرح', 'مرحبا'],
      ['สวัส', 'สวัสดี'],
      ['한국', '한국어'],
    ] as const)
      expect(await tags(q), q).toEqual([name])
  })

  test('a post by its address, by whom who may see it', async () => {
    const open = await ada.get(`/api/v1/statuses/${await say(eve, 'somewhere')}`)
    const secret = await eve.get(`/api/v1/statuses/${await say(eve, 'nowhere', { visibility: 'private' })}`)
    expect(await found(ada, open.json.url, { resolve: true })).toEqual([open.json.id])
    expect(await found(ada, open.json.uri)).toEqual([open.json.id])
    expect(await found(ada, secret.json.url, { resolve: true })).toEqual([])
    expect(await found(eve, secret.json.url)).toEqual([secret.json.id])
  })

  test('other servers are asked for those who are signed in alone', async () => {
    const nobody = apiClient(server)
    expect((await nobody.get('/api/v2/search', { q: 'bob', resolve: true })).status).toBe(401)
    expect((await nobody.get('/api/v2/search', { q: 'bob', offset: 1 })).status).toBe(401)
    expect(await search(ada, 'https://away.test/@nobody', { resolve: true })).toEqual({
      accounts: [],
      statuses: [],
      hashtags: [],
    })
    expect(await search(ada, '')).toEqual({ accounts: [], statuses: [], hashtags: [] })
  })
})
