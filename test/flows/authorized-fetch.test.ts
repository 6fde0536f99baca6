import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

/*
 * Two servers that both answer nobody without a signature still come together: each finds the other's keys.
 */

let one: Weft
let two: Weft
beforeAll(async () => {
  const env = { WEFT_AUTHORIZED_FETCH: 'on' }
  ;[one, two] = await Promise.all([startWeft(env), startWeft(env)])
  await Promise.all([one.cli('account', 'create', 'anna'), two.cli('account', 'create', 'ben')])
}, 60_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

const activity = { headers: { accept: 'application/activity+json' } }

describe('two servers under authorized fetch', () => {
  test('follow each other, and posts arrive', async () => {
    await two.cli('follow', 'ben', `@anna@${one.host}`)
    await eventually(async () => expect(await one.cli('follows', 'anna')).toHaveLength(1))
    await one.cli('post', 'anna', 'behind a signature')
    await eventually(async () =>
      expect(JSON.stringify(await two.cli('timeline', 'ben'))).toContain('behind a signature'),
    )
  }, 60_000)

  test('give nobody anything without one but what it takes to check theirs', async () => {
    const [row] = await one.db.selectFrom('post').select(['uri', 'url']).where('local', '=', true).execute()
    const answer = await fetch(String(row?.uri), activity)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('vary')).toMatch(/Signature/)
    const [actor] = await one.db
      .selectFrom('account')
      .select('uri')
      .where('name', '=', 'anna')
      .where('local', '=', true)
      .execute()
    const bare = await fetch(String(actor?.uri), activity)
    expect(bare.headers.get('cache-control')).toBe('private, no-store')
    const shown = (await bare.json()) as Record<string, unknown>
    expect(shown).toMatchObject({ id: actor?.uri, publicKey: { owner: actor?.uri } })
    expect(shown).not.toHaveProperty('outbox')
    expect(shown).not.toHaveProperty('summary')
    for (const more of ['outbox', 'followers', 'following', 'featured'])
      expect((await fetch(`${actor?.uri}/${more}`, activity)).status).toBe(401)
    expect((await one.get('/ap/actors/instance')).publicKey).toBeDefined()
    // People read pages as before.
    expect((await fetch(String(row?.url), { headers: { accept: 'text/html' } })).status).toBe(200)
  })

  test('let a signed reader in, and a host that is blocked no more', async () => {
    await one.cli('domain', 'block', two.host)
    const [post] = await one.cli('post', 'anna', 'not for two')
    await expect(two.cli('post', 'ben', 'hm', '--reply-to', String(post?.url))).rejects.toThrow()
    await one.cli('domain', 'unblock', two.host)
    await eventually(async () => {
      const [reply] = await two.cli('post', 'ben', 'again', '--reply-to', String(post?.url))
      expect(reply).toMatchObject({ uri: expect.any(String) })
    }, 90_000)
  }, 150_000)
})
