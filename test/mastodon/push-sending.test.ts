import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { limitAccount, suspendAccount } from '../../src/domain/moderation/suspend.ts'
import { editPost } from '../../src/domain/posts/edit.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { muteConversation } from '../../src/domain/silences/silence.ts'
import { apiClient, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { type PushedApp, pushedApp, vapidOf } from '../support/push-service.ts'
import { startWhole, type Whole } from '../support/whole.ts'

const PATH = '/api/v1/push/subscription'
const ALERTS = {
  mention: true,
  favourite: true,
  reblog: true,
  follow: true,
  follow_request: true,
  poll: true,
}

let server: Whole
let bob: Toot
beforeAll(async () => {
  server = await startWhole()
  bob = await tootAs(server, 'bob')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

interface Listening {
  readonly who: Toot
  readonly app: PushedApp
}

async function listening(name: string, more: Fields = {}, host?: string): Promise<Listening> {
  const who = await tootAs(server, name)
  const app = pushedApp(server.peer, host)
  const { standard = true, ...data } = more
  const subscription = { endpoint: app.endpoint, keys: app.keys, standard }
  const { status } = await who.post(PATH, { subscription, data: { alerts: ALERTS, ...data } })
  expect(status).toBe(200)
  return { who, app }
}
const say = (who: Toot, text: string, visibility: 'public' | 'followers' | 'direct' = 'public') =>
  publishPost(server.world, who.account, { text, visibility })
const waiting = async () => {
  const { rows } = await sql<{ payload: string; attempts: number; secs: number }>`
    SELECT payload, attempts, extract(epoch FROM due_at - now())::float8 AS secs FROM job WHERE kind = 'push' ORDER BY id`.execute(
    server.db,
  )
  return rows
}
/** As if the time had come. */
const comeBack = async () => {
  await sql`UPDATE job SET due_at = now() WHERE kind = 'push'`.execute(server.db)
  await sql`SELECT pg_notify('jobs', 'job')`.execute(server.db)
  await server.settled()
}
/** Jobs wait until this is over, so that something can happen before they are done. */
async function heldBack<T>(work: () => Promise<T>): Promise<T> {
  await sql`CREATE OR REPLACE FUNCTION hold_push() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.kind = 'push' THEN NEW.due_at = now() + interval '1 hour'; END IF; RETURN NEW; END $$`.execute(
    server.db,
  )
  await sql`CREATE TRIGGER hold_push BEFORE INSERT ON job FOR EACH ROW EXECUTE FUNCTION hold_push()`.execute(
    server.db,
  )
  try {
    return await work()
  } finally {
    await sql`DROP TRIGGER hold_push ON job`.execute(server.db)
  }
}

describe('an app is told', () => {
  test.each([
    [true, 'aes128gcm'],
    [false, 'aesgcm'],
  ])('standard %s: in %s, what Mastodon tells', async (standard, encoding) => {
    const { who, app } = await listening(standard ? 'ada' : 'amy', { standard })
    await say(bob, `hello @${who.account.name}, <b>tea</b> & cake?`)
    await server.settled()
    const [request] = app.requests
    expect(request?.headers).toMatchObject({
      'content-encoding': encoding,
      'content-type': 'application/octet-stream',
      ttl: '172800',
      urgency: 'normal',
    })
    const { claims, key } = vapidOf(request as never)
    expect(key).toBe((await who.get(PATH)).json.server_key)
    expect(claims.aud).toBe(new URL(app.endpoint).origin)
    expect(claims.sub).toBe('https://weft.test')
    const seconds = Number(claims.exp) - Date.now() / 1000
    expect(seconds > 3600 && seconds < 86_400).toBe(true)

    const [message] = app.messages()
    const { id } = (await who.get('/api/v1/notifications')).json[0]
    expect(Object.keys(message ?? {})).toEqual([
      'access_token',
      'preferred_locale',
      'notification_id',
      'notification_type',
      'icon',
      'title',
      'body',
    ])
    expect(message).toMatchObject({
      access_token: who.token,
      preferred_locale: 'en',
      notification_type: 'mention',
      title: 'bob mentioned you',
      body: `hello @${who.account.name}, <b>tea</b> & cake?`,
    })
    expect(message?.icon).toMatch(/^https:\/\/weft\.test\//)
    // All digits of it, as a number: no number of ours would hold them.
    expect(app.texts()[0]).toContain(`"notification_id":${id},`)
    // Whoever reads it as one asks for the nearest that it can write.
    const read = String(message?.notification_id)
    expect(read).not.toBe(id)
    expect((await who.get(`/api/v1/notifications/${read}`)).json.id).toBe(id)
  })

  test('of each kind that it wants, and of no other', async () => {
    const { who, app } = await listening('bea', { alerts: { favourite: true, follow: true } })
    const post = await say(who, 'mine')
    await say(bob, 'hello @bea')
    await boostPost(server.world, bob.account, post)
    await likePost(server.world, bob.account, post)
    await requestFollow(server.world, bob.account, who.account)
    await server.settled()
    expect(app.messages().map((each) => [each.notification_type, each.title, each.body])).toEqual([
      ['favourite', 'bob likes your post', 'mine'],
      ['follow', 'bob follows you now', ''],
    ])
  })

  test('from those alone whom it wants to hear of', async () => {
    const cat = await tootAs(server, 'cat')
    const followed = await listening('fred', { policy: 'followed' })
    const follower = await listening('fran', { policy: 'follower' })
    const none = await listening('nora', { policy: 'none' })
    await requestFollow(server.world, followed.who.account, bob.account)
    await requestFollow(server.world, cat.account, follower.who.account)
    for (const each of [bob, cat]) await say(each, 'hello @fred and @fran and @nora')
    await server.settled()
    const titles = ({ app }: Listening) => app.messages().map(({ title }) => title)
    expect(titles(followed)).toEqual(['bob mentioned you'])
    expect(titles(follower)).toEqual(['cat follows you now', 'cat mentioned you'])
    expect(titles(none)).toEqual([])
  })

  test('the warning of a post instead of its words, and of a long one the beginning', async () => {
    const { app } = await listening('dot')
    await publishPost(server.world, bob.account, {
      text: '@dot the butler did it',
      visibility: 'public',
      summary: 'the end of a film',
    })
    await say(bob, `@dot ${'😀 words '.repeat(40)}`)
    await server.settled()
    const [first, second] = app.messages().map(({ body }) => String(body))
    expect(first).toBe('the end of a film')
    expect(second?.length).toBeLessThanOrEqual(140)
    expect(second).toMatch(/…$/)
    expect(second?.isWellFormed()).toBe(true)
  })

  test('and where nobody wants to be told, there is no work at all', async () => {
    await heldBack(async () => {
      await tootAs(server, 'ned')
      await say(bob, 'hello @ned')
      expect(await waiting()).toEqual([])
    })
  })
})

describe('S-084 an app is told nothing', () => {
  const happened: [string, (parts: { who: Toot; by: Toot; post: string }) => Promise<unknown>][] = [
    ['that was deleted', ({ by, post }) => removePost(server.world, by.account, post as never)],
    ['by somebody who was muted', ({ who, by }) => muteAccount(server.world, who.account, by.account)],
    ['by somebody who was blocked', ({ who, by }) => blockAccount(server.world, who.account, by.account)],
    ['by somebody who blocks them', ({ who, by }) => blockAccount(server.world, by.account, who.account)],
    ['by somebody who was suspended', ({ by }) => suspendAccount(server.world, by.account)],
    ['by somebody who was limited', ({ by }) => limitAccount(server.world, by.account)],
    [
      'that their policy keeps back',
      ({ who }) => who.patch('/api/v2/notifications/policy', { for_not_following: 'filter' }),
    ],
    [
      'that their filter hides',
      ({ who }) =>
        who.post('/api/v2/filters', {
          title: 'no tea',
          context: ['notifications'],
          filter_action: 'hide',
          keywords_attributes: [{ keyword: 'tea' }],
        }),
    ],
    ['that they dismissed', ({ who }) => who.post('/api/v1/notifications/clear')],
    ['when it wants it no more', ({ who }) => who.put(PATH, { data: { alerts: { mention: false } } })],
    ['when it is told elsewhere', ({ who }) => who.delete(PATH)],
    [
      'when its token has run out',
      ({ who }) =>
        sql`UPDATE grant_token SET expires_at = now() - interval '1 s' FROM client_grant
          WHERE client_grant.id = grant_token.grant_id AND account_id = ${who.account.id}`.execute(server.db),
    ],
    [
      'when its person may not sign in',
      ({ who }) =>
        server.db
          .updateTable('login')
          .set({ disabled_at: new Date() })
          .where('account_id', '=', who.account.id)
          .execute(),
    ],
  ]
  test.each(happened.map(([what, happens], n) => [what, happens, n] as const))(
    '%s',
    async (_, happens, n) => {
      const { who, app } = await listening(`eve${n}`)
      const by = await tootAs(server, `by${n}`)
      await heldBack(async () => {
        const post = await say(by, `some tea for @eve${n}`, 'direct')
        expect(await waiting()).toHaveLength(1)
        await happens({ who, by, post })
      })
      await comeBack()
      expect(app.messages()).toEqual([])
      expect(await waiting()).toEqual([])
    },
  )

  test('of a conversation that was muted', async () => {
    const { who, app } = await listening('gus')
    const post = await say(who, 'the first')
    await muteConversation(server.world, who.account, post)
    await publishPost(server.world, bob.account, {
      text: '@gus the second',
      visibility: 'public',
      replyTo: post,
    })
    await server.settled()
    expect(app.messages()).toEqual([])
  })

  test('but what a post says by then, and what a filter is called that warns of it', async () => {
    const { who, app } = await listening('hal')
    await heldBack(async () => {
      const post = await say(bob, '@hal tea with a secret')
      await editPost(server.world, bob.account, post, { text: '@hal tea with milk' })
    })
    await comeBack()
    await who.post('/api/v2/filters', {
      title: 'about tea',
      context: ['notifications'],
      filter_action: 'warn',
      keywords_attributes: [{ keyword: 'tea' }],
    })
    await say(bob, '@hal more tea')
    await server.settled()
    expect(app.messages().map(({ body }) => body)).toEqual(['@hal tea with milk', 'about tea'])
  })

  test('of what is for others', async () => {
    const { app } = await listening('ivy')
    const cat = await tootAs(server, 'cat')
    await say(bob, 'a word for @cat', 'direct')
    await say(cat, 'another for @bob', 'direct')
    await server.settled()
    expect(app.requests).toEqual([])
  })
})

describe('a push service', () => {
  test('that is busy or broken is asked again, after as long as it says, and the message comes once', async () => {
    const { who, app } = await listening('jon')
    app.answers([
      { status: 429, headers: { 'retry-after': '120' } },
      { status: 503 },
      { reset: 'before' },
      { status: 201 },
    ])
    await say(bob, 'hello @jon')
    await server.settled()
    await say(bob, 'and again @jon')
    await server.settled()
    const [first, second] = await waiting()
    expect(app.requests).toHaveLength(1)
    expect(first?.attempts).toBe(1)
    expect(first?.secs).toBeGreaterThan(100)
    // What comes later waits with it.
    expect(second?.attempts).toBe(0)
    expect(second?.secs).toBeGreaterThan(100)
    for (let n = 0; n < 3; n++) await comeBack()
    expect(await waiting()).toEqual([])
    expect(app.requests).toHaveLength(5)
    expect(
      app
        .messages()
        .slice(-2)
        .map(({ body }) => body),
    ).toEqual(['hello @jon', 'and again @jon'])
    const row = await server.db
      .selectFrom('push_subscription')
      .select(['failures', 'failing_since'])
      .where('account_id', '=', who.account.id)
      .executeTakeFirst()
    expect(row).toEqual({ failures: 0, failing_since: null })
  })

  test.each([404, 410])('that answers %i ends the subscription', async (status) => {
    const { who, app } = await listening(`kim${status}`)
    app.answers({ status })
    await say(bob, `hello @kim${status}`)
    await server.settled()
    expect((await who.get(PATH)).status).toBe(404)
    expect(await waiting()).toEqual([])
  })

  test.each([400, 403, 413, 301])('that answers %i is not asked again', async (status) => {
    const { who, app } = await listening(`lou${status}`)
    app.answers({ status, headers: { location: 'https://push.test/elsewhere' } })
    await say(bob, `hello @lou${status}`)
    await server.settled()
    expect(app.requests).toHaveLength(1)
    expect(await waiting()).toEqual([])
    expect((await who.get(PATH)).status).toBe(200)
  })

  test('that has taken nothing for a week is given up', async () => {
    const { who, app } = await listening('max')
    app.answers({ status: 400 })
    await sql`UPDATE push_subscription SET failures = 9, failing_since = now() - interval '8 days'
      WHERE account_id = ${who.account.id}`.execute(server.db)
    await say(bob, 'hello @max')
    await server.settled()
    expect((await who.get(PATH)).status).toBe(404)
  })

  test('whose name leads inside by then is not gone to', async () => {
    const { app } = await listening('ned2', {}, 'turncoat.test')
    server.peer.resolvesTo('turncoat.test', ['10.0.0.1'])
    await say(bob, 'hello @ned2')
    await server.settled()
    expect(app.requests).toEqual([])
    await sql`DELETE FROM job WHERE kind = 'push'`.execute(server.db)
  })

  test('that is away for long does not pile up work', async () => {
    await listening('olli', {}, 'away.test')
    await heldBack(async () => {
      for (let n = 0; n < 60; n++) await say(bob, `hello @olli, ${n}`)
      expect((await waiting()).length).toBe(50)
      await sql`DELETE FROM job WHERE kind = 'push'`.execute(server.db)
    })
  })

  test('is not told of old news', async () => {
    const { who, app } = await listening('pia')
    await heldBack(async () => {
      await say(bob, 'hello @pia')
      await sql`UPDATE notification SET id = id - (25::bigint * 3600 * 1000 << 16) WHERE owner_id = ${who.account.id}`.execute(
        server.db,
      )
      await sql`UPDATE job SET payload = jsonb_set(payload::jsonb, '{noticeId}',
        to_jsonb(((payload::jsonb->>'noticeId')::bigint - (25::bigint * 3600 * 1000 << 16))::text))::text
        WHERE kind = 'push'`.execute(server.db)
    })
    await comeBack()
    expect([app.requests.length, await waiting()]).toEqual([0, []])
  })
})

test('nothing that goes wrong is logged with the address or the token', async () => {
  expect(server.errors.some((line) => line.includes('push'))).toBe(true)
  expect(server.errors.filter((line) => line.includes('wpush') || line.includes(bob.token))).toEqual([])
  expect((await apiClient(server).get(PATH)).status).toBe(401)
})
