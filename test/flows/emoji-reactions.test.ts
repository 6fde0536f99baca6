import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

let one: Weft
let two: Weft
beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await Promise.all([
    one.cli('account', 'create', 'anna'),
    one.cli('account', 'create', 'ada'),
    two.cli('account', 'create', 'ben'),
  ])
}, 60_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

test('emoji from here and elsewhere are shown together below a post, and no longer when taken back', async () => {
  const [post] = await one.cli('post', 'anna', 'A party')
  const page = async () => (await fetch(String(post?.url), { headers: { accept: 'text/html' } })).text()
  await one.cli('react', 'ada', String(post?.url), '🎉')
  await two.cli('react', 'ben', String(post?.url), '🎉')
  await two.cli('react', 'ben', String(post?.url), '❤')
  await eventually(async () => {
    const shown = await page()
    expect(shown).toMatch(/🎉<\/span> <span>2</)
    expect(shown).not.toMatch(/❤️<\/span>/)
  })
  // A heart is what Misskey calls a like, so that is what it is for others.
  await eventually(async () =>
    expect(await one.getJson(`${post?.uri}/likes`)).toMatchObject({ totalItems: 1 }),
  )
  expect((await one.cli('notifications', 'anna')).map(({ kind }) => kind).sort()).toEqual([
    'like',
    'reaction',
    'reaction',
  ])
  await two.cli('unreact', 'ben', String(post?.url), '🎉')
  await eventually(async () => expect(await page()).toMatch(/🎉<\/span> <span>1</))
  await expect(two.cli('react', 'ben', String(post?.url), 'lol')).rejects.toThrow('A reaction is one emoji')
}, 60_000)
