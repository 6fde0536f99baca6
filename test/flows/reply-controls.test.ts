import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

type Json = Record<string, unknown>

/*
 * Who may reply, over the wire: anna of one server says it; fan follows her, idol is followed by her, named is mentioned
 * and stranger is none of these. All four are on the other server, which holds them to it before they write.
 */

let one: Weft
let two: Weft
const people = ['fan', 'idol', 'named', 'stranger'] as const
type Who = (typeof people)[number]

beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await one.cli('account', 'create', 'anna')
  for (const name of people) await two.cli('account', 'create', name)
  await two.cli('follow', 'fan', `@anna@${one.host}`)
  await one.cli('follow', 'anna', `@idol@${two.host}`)
  await eventually(async () => expect(await one.cli('follows', 'anna')).toHaveLength(1), 60_000)
  await eventually(async () => expect(await two.cli('follows', 'idol')).toHaveLength(1), 60_000)
}, 240_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

/** What becomes of a reply: refused where it is written, sent at once, or asked for and answered by the other server. */
const expected: Readonly<Record<string, Readonly<Record<Who, 'sent' | 'granted' | 'refused'>>>> = {
  everyone: { fan: 'sent', idol: 'sent', named: 'sent', stranger: 'sent' },
  followers: { fan: 'granted', idol: 'refused', named: 'sent', stranger: 'refused' },
  following: { fan: 'refused', idol: 'granted', named: 'sent', stranger: 'refused' },
  mentioned: { fan: 'refused', idol: 'refused', named: 'sent', stranger: 'refused' },
  nobody: { fan: 'refused', idol: 'refused', named: 'sent', stranger: 'refused' },
}

test.each(Object.entries(expected))(
  'who may reply holds across servers: %s',
  async (preset, outcomes) => {
    const [post] = await one.cli(
      'post',
      'anna',
      `said to ${preset} @named@${two.host}`,
      '--reply-policy',
      preset,
    )
    const url = String((post as Json).url)
    const replies = await Promise.all(
      people.map(async (who) => {
        const made = two.cli('post', who, `${who} answers`, '--reply-to', url)
        return [who, await made.then(([reply]) => reply as Json | undefined).catch(() => undefined)] as const
      }),
    )
    const written = replies.filter(([, reply]) => reply !== undefined).map(([who]) => who)
    expect(written).toEqual(people.filter((who) => outcomes[who] !== 'refused'))

    const rowOf = async (weft: Weft, reply: Json | undefined) =>
      weft.db
        .selectFrom('post')
        .select(['held', 'approved_by'])
        .where('uri', '=', String(reply?.uri))
        .executeTakeFirst()
    await eventually(async () => {
      for (const [who, reply] of replies) {
        if (!reply) continue
        const granted = outcomes[who] === 'granted'
        const stamp = granted ? expect.stringContaining(`${one.origin}/ap/stamps/`) : null
        expect(await rowOf(one, reply), who).toEqual({ held: false, approved_by: stamp })
        expect(await rowOf(two, reply), who).toEqual({ held: false, approved_by: stamp })
      }
    }, 60_000)
  },
  240_000,
)
