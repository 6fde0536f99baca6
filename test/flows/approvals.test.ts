import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

type Json = Record<string, unknown>

let one: Weft
let two: Weft

beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await Promise.all([
    one.cli('account', 'create', 'anna'),
    two.cli('account', 'create', 'ben'),
    two.cli('account', 'create', 'dora'),
  ])
  await two.cli('follow', 'dora', `@ben@${two.host}`)
  await one.cli('policy', 'anna', '--reply', 'nobody+ask', '--like', 'nobody+ask', '--boost', 'nobody+ask')
}, 240_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

const page = async (url: unknown) => (await fetch(String(url))).text()
const soon = <T>(attempt: () => Promise<T>) => eventually(attempt, 60_000)
const requests = (count: number) =>
  soon(async () => {
    const waiting = await one.cli('policy', 'requests', 'anna')
    expect(waiting).toHaveLength(count)
    return waiting
  })

describe('what needs the author’s leave', () => {
  test('a reply waits on both servers, and is there for all once she says yes', async () => {
    const [post] = (await one.cli('post', 'anna', 'ask before you answer')) as Json[]
    const [reply] = (await two.cli(
      'post',
      'ben',
      'may I say this',
      '--reply-to',
      String(post?.url),
    )) as Json[]
    const [request] = await requests(1)
    expect(request).toMatchObject({ kind: 'reply', uri: reply?.uri, target: post?.uri })
    expect((await fetch(String(reply?.url))).status).toBe(404)
    expect(await page(post?.url)).not.toContain('may I say this')
    expect(JSON.stringify(await two.cli('timeline', 'dora'))).not.toContain('may I say this')
    expect(JSON.stringify(await two.cli('timeline', 'ben'))).toContain('may I say this')

    await one.cli('policy', 'approve', 'anna', String(request?.id))
    await soon(async () => expect(await page(reply?.url)).toContain('may I say this'))
    await soon(async () => expect(await page(post?.url)).toContain('may I say this'))
    const note = await two.getJson(String(reply?.uri))
    expect(note.replyAuthorization).toContain(`${one.origin}/ap/stamps/`)
    expect(await one.getJson(String(note.replyAuthorization))).toMatchObject({
      type: 'ReplyAuthorization',
      interactingObject: reply?.uri,
      interactionTarget: post?.uri,
    })
  }, 240_000)

  test('likes and boosts wait as well, and those that are turned down are not there', async () => {
    const [post] = (await one.cli('post', 'anna', 'ask before you like')) as Json[]
    await two.cli('like', 'ben', String(post?.url))
    await two.cli('boost', 'ben', String(post?.url))
    const waiting = await requests(2)
    expect(waiting.map(({ kind }) => kind).sort()).toEqual(['announce', 'like'])
    for (const { id, kind } of waiting) {
      await one.cli('policy', kind === 'like' ? 'approve' : 'reject', 'anna', String(id))
    }
    await soon(async () => {
      const [like] = await two.db.selectFrom('reaction').select('uri').execute()
      expect(like).toBeDefined()
      const [asked] = await two.db
        .selectFrom('approval')
        .select('state')
        .where('kind', '=', 'announce')
        .execute()
      expect(asked?.state).toBe('rejected')
    })
    expect((await one.getJson(String(post?.uri))).likes).toMatchObject({ totalItems: 1 })
    expect(await two.db.selectFrom('post').select('id').where('kind', '=', 'boost').execute()).toEqual([])
  }, 240_000)
})
