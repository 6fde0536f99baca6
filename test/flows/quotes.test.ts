import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

type Json = Record<string, unknown>

let one: Weft
let two: Weft

beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await Promise.all([
    one.cli('account', 'create', 'anna'),
    one.cli('account', 'create', 'carl'),
    two.cli('account', 'create', 'ben'),
    two.cli('account', 'create', 'dora'),
  ])
  await two.cli('follow', 'dora', `@ben@${two.host}`)
  await one.cli('follow', 'carl', `@ben@${two.host}`)
}, 240_000)

afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

const say = async (weft: Weft, ...args: readonly string[]) =>
  (await weft.cli(...args))[0] as Json & { uri: string }
const quoteRow = (weft: Weft, quotingUri: unknown) =>
  weft.db
    .selectFrom('quote')
    .innerJoin('post', 'post.id', 'quote.post_id')
    .select(['quote.state', 'quote.stamp_uri', 'quote.quoted_id'])
    .where('post.uri', '=', String(quotingUri))
    .executeTakeFirst()
const stateIn = async (weft: Weft, uri: unknown) => (await quoteRow(weft, uri))?.state
const quotesOf = async (weft: Weft, uri: string) =>
  (
    await weft.db
      .selectFrom('post_stat')
      .innerJoin('post', 'post.id', 'post_stat.post_id')
      .select('quotes')
      .where('uri', '=', uri)
      .executeTakeFirst()
  )?.quotes ?? 0
const page = async (url: unknown) => (await fetch(String(url))).text()

describe('a quote across servers', () => {
  test('is asked for, stamped, told again with the stamp, seen by third persons, and taken back', async () => {
    const quoted = await say(one, 'post', 'anna', 'words worth quoting')
    const quoting = await say(two, 'quote', 'ben', String(quoted.url), 'look at this')

    await eventually(async () => expect(await stateIn(two, quoting.uri)).toBe('accepted'))
    const row = await quoteRow(two, quoting.uri)
    const stampUri = String(row?.stamp_uri)
    expect(new URL(stampUri).origin).toBe(one.origin)

    // Whoever reads the post finds the quote in every form, the stamp, and the line for those who show no quotes.
    const note = await two.getJson(String(quoting.uri))
    for (const key of ['quote', 'quoteUri', 'quoteUrl', '_misskey_quote'])
      expect(note[key], key).toBe(quoted.uri)
    expect(note.quoteAuthorization).toBe(stampUri)
    expect(note.content).toContain('<p class="quote-inline">RE: ')
    expect(note.tag).toContainEqual(expect.objectContaining({ type: 'Link', href: quoted.uri }))

    const stamp = await one.getJson(stampUri)
    expect(stamp).toMatchObject({
      id: stampUri,
      type: 'QuoteAuthorization',
      interactingObject: quoting.uri,
      interactionTarget: quoted.uri,
    })
    expect(stamp.attributedTo).toBe(((await one.getJson(String(quoted.uri))) as Json).attributedTo)

    // Where the quoted post is from: stored, counted, told to its author.
    await eventually(async () => expect(await stateIn(one, quoting.uri)).toBe('accepted'))
    expect(await quotesOf(one, quoted.uri)).toBe(1)
    expect(await one.cli('notifications', 'anna')).toContainEqual(expect.objectContaining({ kind: 'quote' }))
    expect(await page(quoting.url)).toContain('words worth quoting')

    // Not an edit for anybody to see.
    expect(note.updated).toBeUndefined()

    await one.cli('unquote', 'anna', String(quoting.uri))
    expect((await fetch(stampUri, { headers: { accept: 'application/activity+json' } })).status).toBe(410)
    await eventually(async () => expect(await stateIn(two, quoting.uri)).toBe('revoked'))
    expect(await quotesOf(one, quoted.uri)).toBe(0)
    await eventually(async () => expect(await page(quoting.url)).not.toContain('words worth quoting'))
    expect((await two.getJson(String(quoting.uri))).quoteAuthorization).toBeUndefined()
  }, 240_000)

  test('waits for its author where they want to be asked, and shows nothing of the post until then', async () => {
    const quoted = await say(one, 'post', 'anna', 'ask me before', '--quote-policy', 'nobody+ask')
    const quoting = await say(two, 'quote', 'ben', String(quoted.url), 'may I')
    const request = await eventually(async () => {
      const [first] = await one.cli('policy', 'requests', 'anna')
      expect(first).toMatchObject({ kind: 'quote', uri: quoting.uri, target: quoted.uri })
      return first as Json
    })
    expect(await one.cli('notifications', 'anna')).toContainEqual(
      expect.objectContaining({ kind: 'quote-request' }),
    )
    expect(await stateIn(two, quoting.uri)).toBe('pending')
    expect(await page(quoting.url)).not.toContain('ask me before')

    await one.cli('policy', 'approve', 'anna', String(request.id))
    await eventually(async () => expect(await stateIn(two, quoting.uri)).toBe('accepted'))
    await eventually(async () => expect(await page(quoting.url)).toContain('ask me before'))
    expect(await one.cli('policy', 'requests', 'anna')).toEqual([])
    expect(await one.cli('notifications', 'anna')).not.toContainEqual(
      expect.objectContaining({ kind: 'quote-request' }),
    )
  }, 240_000)

  test('is turned down where its author says no', async () => {
    const quoted = await say(one, 'post', 'anna', 'still ask me', '--quote-policy', 'nobody+ask')
    const quoting = await say(two, 'quote', 'ben', String(quoted.url), 'and now')
    const request = await eventually(async () => {
      const [first] = await one.cli('policy', 'requests', 'anna')
      expect(first).toMatchObject({ uri: quoting.uri })
      return first as Json
    })
    await one.cli('policy', 'reject', 'anna', String(request.id))
    await eventually(async () => expect(await stateIn(two, quoting.uri)).toBe('rejected'))
    expect(await page(quoting.url)).not.toContain('still ask me')
    expect(await quotesOf(one, quoted.uri)).toBe(0)
  }, 240_000)

  test('is refused before it is written where its author lets nobody quote', async () => {
    const quoted = await say(one, 'post', 'anna', 'leave me alone', '--quote-policy', 'nobody')
    await expect(two.cli('quote', 'ben', String(quoted.url), 'no')).rejects.toThrow(
      'does not let this post be quoted',
    )
  }, 240_000)

  test('of a post that is deleted later shows that it is gone', async () => {
    const quoted = await say(one, 'post', 'anna', 'soon to go')
    const quoting = await say(two, 'quote', 'ben', String(quoted.url), 'while it lasts')
    await eventually(async () => expect(await stateIn(two, quoting.uri)).toBe('accepted'))
    await one.cli('unpost', String(quoted.url))
    await eventually(async () => expect(await stateIn(two, quoting.uri)).toBe('gone'))
    expect((await two.getJson(String(quoting.uri))).quote).toMatchObject({ type: 'Tombstone' })
    expect(await page(quoting.url)).not.toContain('soon to go')
  }, 240_000)
})

describe('a quote at home', () => {
  test('of one’s own post needs nobody’s leave, and of a neighbour’s is decided at once', async () => {
    const own = await say(two, 'post', 'ben', 'I said')
    const self = await say(two, 'quote', 'ben', String(own.url), 'and still say')
    expect(await quoteRow(two, self.uri)).toMatchObject({ state: 'accepted', stamp_uri: null })
    const other = await say(two, 'quote', 'dora', String(own.url), 'he said')
    expect((await quoteRow(two, other.uri))?.state).toBe('accepted')
    expect((await two.getJson(other.uri)).quoteAuthorization).toContain(`${two.origin}/ap/stamps/`)
    expect(await quotesOf(two, own.uri)).toBe(2)
    expect(await two.cli('notifications', 'ben')).toContainEqual(expect.objectContaining({ kind: 'quote' }))
  }, 240_000)
})
