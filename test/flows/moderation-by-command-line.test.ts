import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

let weft: Weft

beforeAll(async () => {
  weft = await startWeft()
  await weft.cli('account', 'create', 'olga', '--role', 'owner')
  await weft.cli('account', 'create', 'mona')
  await weft.cli('account', 'create', 'eve')
})
afterAll(() => weft?.stop())

const tokenOf = async (name: string, scope: string) =>
  String((await weft.cli('token', 'create', name, '--scope', scope))[0]?.accessToken)
const ask = (token: string, path: string) =>
  fetch(`${weft.origin}${path}`, { headers: { authorization: `Bearer ${token}` } })

test('roles are given on the command line and hold at the running server at once; the owner stays', async () => {
  const token = await tokenOf('mona', 'read admin:read')
  expect((await ask(token, '/api/v1/admin/reports')).status).toBe(403)
  await weft.cli('account', 'role', 'mona', 'moderator')
  expect((await ask(token, '/api/v1/admin/reports')).status).toBe(200)
  expect((await ask(token, '/api/v1/admin/ip_blocks')).status).toBe(403)
  await weft.cli('account', 'role', 'mona', 'user')
  expect((await ask(token, '/api/v1/admin/reports')).status).toBe(403)
  await expect(weft.cli('account', 'role', 'olga', 'user')).rejects.toThrow(/owner/)
}, 60_000)

test('what is announced and decided there is seen by apps, and written down', async () => {
  const token = await tokenOf('eve', 'read')
  const [told] = await weft.cli('announcement', 'create', 'We move #soon', '--until', '2999-01-01T00:00:00Z')
  const seen = (await (await ask(token, '/api/v1/announcements')).json()) as { id: string }[]
  expect(seen.map(({ id }) => id)).toEqual([told?.id])
  expect(await weft.cli('announcement', 'list')).toMatchObject([{ id: told?.id, text: 'We move #soon' }])
  await weft.cli('announcement', 'remove', String(told?.id))
  expect(await (await ask(token, '/api/v1/announcements')).json()).toEqual([])

  await weft.cli('account', 'disable', 'eve')
  await eventually(async () => expect((await ask(token, '/api/v1/preferences')).status).toBe(401), 2_000)
  await weft.cli('account', 'enable', 'eve')
  await weft.cli('domain', 'block', 'bad.test')
  await weft.cli('domain', 'unblock', 'bad.test')
  const [block] = await weft.cli('ip', 'block', '198.51.100.7/24', '--severity', 'all', '--hours', '2')
  expect(await weft.cli('ip', 'list')).toMatchObject([{ address: '198.51.100.0/24', severity: 'no_access' }])
  await weft.cli('ip', 'unblock', String(block?.id))
  const [domain] = await weft.cli('email-domain', 'block', 'spam.test')
  expect(await weft.cli('email-domain', 'list')).toMatchObject([{ domain: 'spam.test' }])
  await weft.cli('email-domain', 'unblock', String(domain?.id))
  await expect(weft.cli('ip', 'block', '10.1')).rejects.toThrow(/network looks like/)

  const acts = (await weft.cli('log')).map(({ act, by }) => [act, by])
  expect(acts.reverse()).toEqual(
    [
      'account.role',
      'account.role',
      'account.disable',
      'account.enable',
      'domain-block.create',
      'domain-block.remove',
      'ip-block.create',
      'ip-block.remove',
      'email-domain-block.create',
      'email-domain-block.remove',
    ].map((act) => [act, null]),
  )
}, 90_000)
