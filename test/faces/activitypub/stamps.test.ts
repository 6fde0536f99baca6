import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { openSession } from '../../../src/domain/accounts/session.ts'
import { revokeInteraction } from '../../../src/domain/policies/decide.ts'
import { findApprovalOf } from '../../../src/domain/policies/find.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { removePost } from '../../../src/domain/posts/remove.ts'
import { startWhole, type Whole } from '../../support/whole.ts'
import { ORIGIN, personHere } from '../../support/world.ts'

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const get = (path: string, accept = 'application/activity+json', more: Record<string, string> = {}) =>
  whole.ask(path, { headers: { accept, ...more } })

async function quoted() {
  const { world } = whole
  const post = await publishPost(world, anna, { text: 'words to quote', visibility: 'public' })
  const quoting = await publishPost(world, ben, { text: 'so true', visibility: 'public', quoteOf: post })
  const uri = world.uris.post(quoting)
  const stamp = (await findApprovalOf(whole.db, 'quote', uri))?.stampUri ?? ''
  return { post, quoting, uri, path: stamp.slice(ORIGIN.length) }
}

test('a stamp is for whoever may read the post, and names what it allows by its id alone', async () => {
  const { post, uri, path } = await quoted()
  const reply = await get(path)
  expect(reply.status).toBe(200)
  expect(reply.headers['content-type']).toContain('application/activity+json')
  const stamp = JSON.parse(reply.text)
  expect(stamp).toMatchObject({
    id: ORIGIN + path,
    type: 'QuoteAuthorization',
    attributedTo: anna.uri,
    interactingObject: uri,
    interactionTarget: whole.world.uris.post(post),
  })
  expect(reply.text).not.toContain('so true')
})

test('a stamp that was taken back is gone, and so is that of a post that was deleted', async () => {
  const { uri, path } = await quoted()
  await revokeInteraction(whole.world, anna, 'quote', uri)
  expect((await get(path)).status).toBe(410)
  const other = await quoted()
  await removePost(whole.world, anna, other.post)
  expect([404, 410]).toContain((await get(other.path)).status)
  expect((await get('/ap/stamps/1158990004')).status).toBe(404)
})

test('pages show the quoted post as a card, and a link alone once it is taken back', async () => {
  const { quoting, uri } = await quoted()
  const page = async () => (await get(`/@ben/${quoting}`, 'text/html')).text
  expect(await page()).toMatch(/<blockquote class="quoted[^"]*"[\s\S]*words to quote[\s\S]*<\/blockquote>/)
  await revokeInteraction(whole.world, anna, 'quote', uri)
  expect(await page()).not.toContain('words to quote')
  expect(await page()).toContain('whose author has taken it back')
})

test('pages say who can reply, and a reply that waits is on nobody else’s page', async () => {
  const { world } = whole
  const policy = { reply: 'followers+ask' } as const
  const post = await publishPost(world, anna, { text: 'a few', visibility: 'public', policy })
  const reply = await publishPost(world, ben, { text: 'hushed words', visibility: 'public', replyTo: post })
  const session = await openSession(world, anna.id, undefined)
  const cookie = { cookie: `__Host-weft=${session}` }
  const open = await get(`/@anna/${post}`, 'text/html')
  expect(open.text).toContain('Followers of the author can reply; others may ask')
  expect(open.text).not.toContain('hushed words')
  expect((await get(`/@ben/${reply}`, 'text/html')).status).toBe(404)
  expect((await get(`/ap/posts/${reply}`)).status).toBe(404)
  expect((await get(`/ap/posts/${post}/replies?cursor=first`)).text).not.toContain(reply)
  expect((await get(`/@anna/${post}`, 'text/html', cookie)).text).toContain('hushed words')
  for (const path of ['/', '/@ben', `/ap/actors/${ben.id}/outbox?cursor=first`, `/ap/posts/${post}/context`])
    for (const accept of ['text/html', 'application/activity+json'])
      expect((await get(path, accept)).text, path).not.toContain('hushed words')
})
