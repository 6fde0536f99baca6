import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiClient } from '../support/mastodon/client.ts'
import { apiClient } from '../support/mastodon/client.ts'
import { documentedRoutes } from '../support/mastodon/routes.ts'
import { staffAs } from '../support/mastodon/staff.ts'
import { toCome } from '../support/mastodon/to-come.ts'
import { startWhole, type Whole } from '../support/whole.ts'

/*
 * S-147: what administration by apps asks for, of every documented route: a token, the scope, and the role.
 */

let server: Whole
let asking: Readonly<Record<'nobody' | 'user' | 'moderator' | 'admin' | 'unscoped' | 'reading', ApiClient>>

beforeAll(async () => {
  server = await startWhole()
  await staffAs(server, 'olga', 'owner')
  asking = {
    nobody: apiClient(server),
    user: await staffAs(server, 'ulla', 'user'),
    moderator: await staffAs(server, 'mona', 'moderator'),
    admin: await staffAs(server, 'alma', 'admin'),
    unscoped: await staffAs(server, 'alma', 'admin', 'read write follow push profile'),
    reading: await staffAs(server, 'alma', 'admin', 'admin:read'),
  }
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const routes = documentedRoutes.filter((route) => route.includes('/admin/') && !toCome.has(route))
/** Which only administrators may use, not moderators. */
const higher = /\/(domain_blocks|domain_allows|ip_blocks|email_domain_blocks|canonical_email_blocks)|^DELETE /
/** Which read though they are asked by POST. */
const reads = /^GET |\/(measures|dimensions|retention|canonical_email_blocks\/test)$/

describe('administration', () => {
  test('is all there', () => {
    expect(routes.length).toBeGreaterThan(55)
  })

  test.each(routes)('%s', async (route) => {
    const [method = '', path = ''] = route.split(' ')
    const status = async (who: keyof typeof asking) => {
      const reply = await asking[who].ask(method, path.replace(/:\w+/g, '404'), { body: {} })
      expect(reply.status, reply.text).toBeLessThan(500)
      return reply.status
    }
    expect(await status('nobody')).toBe(401)
    expect(await status('user')).toBe(403)
    expect(await status('unscoped')).toBe(403)
    if (higher.test(route)) expect(await status('moderator')).toBe(403)
    else expect(await status('moderator')).not.toBe(403)
    expect(await status('admin')).not.toBe(403)
    if (reads.test(route)) expect(await status('reading')).not.toBe(403)
    else expect(await status('reading')).toBe(403)
  })
})
