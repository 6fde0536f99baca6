import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRestAPIClient, type mastodon } from 'masto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { picture } from '../support/files.ts'
import { type Running, runProgram, startForClients } from './running.ts'

/* toot, the command line for Mastodon, as Debian packs it, against a running server: what somebody types, and reads. */

const PROGRAM = '/usr/bin/toot'
const isThere = existsSync(PROGRAM)
if (!isThere) console.log(`toot is not tested: there is no ${PROGRAM}.`)

describe.skipIf(!isThere)('toot', () => {
  let server: Running
  let folder: string
  let bob: mastodon.rest.Client

  beforeAll(async () => {
    server = await startForClients()
    folder = await mkdtemp(join(tmpdir(), 'weft-toot-'))
    await server.person('ada')
    bob = createRestAPIClient({ url: server.origin, accessToken: await server.person('bob') })
  }, 120_000)
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  /** What it prints, and that it was content. */
  async function toot(args: readonly string[], input = ''): Promise<string> {
    const env = { HOME: folder, BROWSER: 'true' }
    const { status, out } = await runProgram([PROGRAM, ...args, '--no-color'], { cwd: folder, env, input })
    expect(`${args.join(' ')}: ${status} ${status === 0 ? '' : out}`).toBe(`${args.join(' ')}: 0 `)
    return out
  }
  /** The id of what it just posted. */
  const newest = async () => {
    const [post] = await bob.v1.timelines.public.list({ limit: 1 })
    return post ?? expect.fail('nothing is there')
  }

  test('is let in by a code that is copied', async () => {
    const host = new URL(server.origin).host
    const login = ['login', '--disable-https', '-i', host]
    const { out } = await runProgram([PROGRAM, ...login, '--no-color'], {
      cwd: folder,
      env: { HOME: folder, BROWSER: 'true' },
      input: 'n\n',
    })
    expect(out).toContain('running Mastodon version')
    const [address = ''] = /http\S+\/oauth\/authorize\S*/.exec(out) ?? []
    const code = await server.codeAt('ada', address)
    expect(await toot(login, `n\n${code}\n`)).toContain('Successfully logged in')
    expect(await toot(['whoami'])).toContain('@ada')
    expect(await toot(['auth'])).toContain(`ada@${host}`)
    expect(await toot(['instance', '--disable-https'])).toContain('Mastodon')
  })

  test('posts, with a picture, with a warning, and answers', async () => {
    expect(await toot(['post', 'Fog over the #loom', '-p', 'weather'])).toContain('Toot posted: http')
    const first = await newest()
    expect(first).toMatchObject({ spoilerText: 'weather', account: { acct: 'ada' } })
    await writeFile(join(folder, 'red.png'), await picture({ format: 'png', width: 60, height: 40 }))
    await toot(['post', 'Look', '-m', 'red.png', '-d', 'a red square'])
    const look = await newest()
    expect(look.mediaAttachments).toMatchObject([{ type: 'image', description: 'a red square' }])
    await toot(['post', 'And sun', '-r', first.id])
    expect(await newest()).toMatchObject({ inReplyToId: first.id })
    const thread = await toot(['thread', first.id])
    expect(thread.indexOf('Fog over')).toBeLessThan(thread.indexOf('And sun'))
    expect(thread).toContain('And sun')
    expect(await toot(['post', 'Later', '--scheduled-in', '1 hour'])).toContain('Toot scheduled for')
    await toot(['post', 'Gone at once'])
    const { id } = await newest()
    await toot(['delete', id])
    expect((await newest()).id).not.toBe(id)
  })

  test('boosts, likes, keeps and pins', async () => {
    const { id } = await bob.v1.statuses.create({ status: 'Worth a boost' })
    const one = bob.v1.statuses.$select(id)
    for (const act of ['reblog', 'favourite', 'bookmark']) await toot([act, id])
    expect(await one.fetch()).toMatchObject({ reblogsCount: 1, favouritesCount: 1 })
    expect(await toot(['reblogged_by', id])).toContain('@ada')
    expect(await toot(['bookmarks', '-1'])).toContain('Worth a boost')
    for (const act of ['unreblog', 'unfavourite', 'unbookmark']) await toot([act, id])
    expect(await one.fetch()).toMatchObject({ reblogsCount: 0, favouritesCount: 0 })
    await toot(['post', 'Pinned'])
    await toot(['pin', (await newest()).id])
  })

  test('follows, and reads the home timeline, others, and what it is told', async () => {
    expect(await toot(['follow', 'bob'])).toContain('You are now following bob')
    const me = await bob.v1.accounts.lookup({ acct: 'ada' })
    await bob.v1.accounts.$select(me.id).follow()
    await bob.v1.statuses.create({ status: 'Hello @ada, nice #loom' })
    expect(await toot(['timeline', '-1'])).toContain('Hello @ada')
    expect(await toot(['timeline', '-1', '--public', '--local'])).toContain('Pinned')
    expect(await toot(['timeline', '-1', '--tag', 'loom'])).toContain('Hello @ada')
    const told = await toot(['notifications'])
    expect(told).toContain('@bob now follows you')
    expect(told).toContain('@bob mentioned you in')
    expect(await toot(['followers', 'ada'])).toContain('@bob')
    expect(await toot(['following', 'ada'])).toContain('@bob')
    await toot(['notifications', '--clear'])
    expect(await toot(['notifications'])).toContain('No notification')
  })

  test('searches, mutes, blocks and follows a hashtag', async () => {
    const found = await toot(['search', 'loom'])
    expect(found).toContain('#loom')
    expect(await toot(['search', 'bob'])).toContain('@bob')
    expect(await toot(['whois', 'bob'])).toContain('@bob')
    await toot(['tags_follow', 'loom'])
    expect(await toot(['tags_followed'])).toContain('loom')
    for (const act of ['mute', 'unmute', 'unfollow', 'block', 'unblock']) await toot([act, 'bob'])
  })
})
