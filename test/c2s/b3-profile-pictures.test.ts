import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { film, picture } from '../support/files.ts'
import { type Json, posted, postTo, readAs, refused } from '../support/outbox.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/** What an app hands in at uploadMedia, it can put on the profile. */

let whole: Whole
let [anna, ben]: LocalAccount[] = []
const folder = await mkdtemp(join(tmpdir(), 'weft-profile-'))

beforeAll(async () => {
  whole = await startWhole(['far.test'], { WEFT_DATA_DIR: folder })
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function upload(who: LocalAccount, file: Uint8Array, description = ''): Promise<Json> {
  const form = new FormData()
  form.append('file', new Blob([Buffer.from(file)]), 'x')
  form.append('description', description)
  const ready = new Request('http://x.test', { method: 'POST', body: form })
  const reply = await whole.ask(`/ap/actors/${who.id}/uploads`, {
    method: 'POST',
    headers: {
      ...bearing(await tokenFor(whole.world, who)),
      'content-type': ready.headers.get('content-type') ?? '',
    },
    body: Buffer.from(await ready.arrayBuffer()),
  })
  expect(reply.status).toBe(201)
  return JSON.parse(reply.text) as Json
}

const png = (width = 80, height = 60) => picture({ format: 'png', width, height })
const self = (who: LocalAccount, patch: Json): Json => ({ type: 'Update', object: { id: who.uri, ...patch } })
const actorOf = async (who: LocalAccount) => (await readAs(whole, who.uri)).json
const urlIn = (value: unknown) => String((value as Json).url)
const sizeAt = async (url: string) => {
  const reply = await whole.ask(new URL(url).pathname)
  return reply.status
}
const filesKept = async () =>
  (await readdir(join(folder, 'media'), { recursive: true }).catch(() => [])).filter((name) =>
    /\.\w+$/.test(name),
  )

describe('an Update of the actor', () => {
  test('takes an uploaded picture by its id as avatar, described as it was, and tells the followers the whole', async () => {
    const media = await upload(anna as LocalAccount, await png(), 'a red field')
    const update = await posted(whole, anna as LocalAccount, self(anna as LocalAccount, { icon: media.id }))
    const icon = (update.object as Json).icon as Json
    expect(icon).toMatchObject({ type: 'Image', mediaType: 'image/png', name: 'a red field' })
    expect(icon.url).not.toBe(((media.url as Json[])[0] as Json).href)
    expect((await actorOf(anna as LocalAccount)).icon).toEqual(icon)
    expect(await sizeAt(urlIn(icon))).toBe(200)
  })

  test('takes the media object itself, the address of its file, or an Image around that; and both pictures at once', async () => {
    const [one, other] = [
      await upload(anna as LocalAccount, await png()),
      await upload(anna as LocalAccount, await png(900, 300)),
    ]
    const href = String(((other.url as Json[])[0] as Json).href)
    const { object } = await posted(
      whole,
      anna as LocalAccount,
      self(anna as LocalAccount, { icon: one, image: { type: 'Image', url: href, name: 'a wide field' } }),
    )
    expect(object).toMatchObject({ icon: { type: 'Image' }, image: { type: 'Image', name: 'a wide field' } })
    const { object: next } = await posted(
      whole,
      anna as LocalAccount,
      self(anna as LocalAccount, { image: href }),
    )
    expect(urlIn((next as Json).image)).not.toBe(urlIn((object as Json).image))
    expect(urlIn((next as Json).icon)).toBe(urlIn((object as Json).icon))
  })

  test('describes the picture that is there in other words, and null takes it away', async () => {
    const { icon } = await actorOf(anna as LocalAccount)
    const said = await posted(
      whole,
      anna as LocalAccount,
      self(anna as LocalAccount, { icon: { ...(icon as Json), name: 'red all over' } }),
    )
    expect((said.object as Json).icon).toMatchObject({ url: urlIn(icon), name: 'red all over' })
    const gone = await posted(
      whole,
      anna as LocalAccount,
      self(anna as LocalAccount, { icon: null, image: null }),
    )
    expect(gone.object).not.toHaveProperty('icon')
    expect(await actorOf(anna as LocalAccount)).not.toHaveProperty('image')
  })

  test('takes nothing from elsewhere, nothing of others, and no film; then nothing changes and nothing is left', async () => {
    const theirs = await upload(ben as LocalAccount, await png())
    const video = await upload(anna as LocalAccount, film({ seconds: 1, width: 20, height: 10 }))
    const mine = await upload(anna as LocalAccount, await png())
    const [before, files] = [await actorOf(anna as LocalAccount), await filesKept()]
    for (const icon of [
      'https://far.test/pixel.png',
      { type: 'Image', url: 'https://far.test/pixel.png' },
      theirs.id,
      theirs,
      video.id,
      [mine.id, video.id],
      `${whole.world.uris.origin}/ap/media/1`,
      [],
      7,
    ]) {
      const no = await refused(
        whole,
        anna as LocalAccount,
        self(anna as LocalAccount, { name: 'Eve', icon } as Json),
      )
      expect(no, JSON.stringify(icon)).toMatchObject({ status: 400, code: 'profile.picture' })
    }
    // The picture itself is good, what stands beside it is not.
    const wrong = self(anna as LocalAccount, { icon: mine.id, image: 'https://far.test/pixel.png' })
    await refused(whole, anna as LocalAccount, wrong)
    await refused(
      whole,
      anna as LocalAccount,
      self(anna as LocalAccount, { icon: mine.id, inbox: 'https://far.test/' }),
    )
    await refused(whole, anna as LocalAccount, {
      ...self(anna as LocalAccount, { icon: mine.id }),
      to: ['https://far.test/users/eve/followers'],
    })
    expect(await actorOf(anna as LocalAccount)).toEqual(before)
    expect(await filesKept()).toEqual(files)
    const asApp = { scope: 'updatecontent' }
    expect(
      (await postTo(whole, anna as LocalAccount, self(anna as LocalAccount, { icon: mine.id }), asApp))
        .status,
    ).toBe(403)
  })
})
