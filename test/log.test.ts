import { getLogger } from '@logtape/logtape'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../src/base/log.ts'
import { Secret } from '../src/base/secret.ts'
import { startLog } from '../src/log.ts'

let lines: string[]
let log: Log

describe.each([
  ['JSON', false],
  ['for a terminal', true],
])('the log, as %s', (_, pretty) => {
  beforeEach(async () => {
    lines = []
    log = await startLog({ level: 'info', pretty, write: (line) => lines.push(line) })
  })

  test.each<[string, Record<string, unknown>]>([
    ['a password', { password: 'hunter2hunter2' }],
    ['a cookie in headers', { headers: { cookie: 'session=hunter2hunter2' } }],
    ['a bearer token in headers', { headers: { Authorization: 'Bearer hunter2hunter2' } }],
    ['a token', { accessToken: 'hunter2hunter2' }],
    [
      'a bearer token in a text',
      { text: 'curl -H "Authorization: Bearer hunter2hunter2" https://example.social' },
    ],
    ['a password in an address', { url: 'postgres://weft:hunter2hunter2@db/weft' }],
    ['a password in an error', { error: new Error('no postgres://weft:hunter2hunter2@db/weft') }],
    [
      'the row in a database error',
      { error: Object.assign(new Error('duplicate'), { detail: 'hunter2hunter2' }) },
    ],
    ['the request in the cause of an error', { error: new Error('x', { cause: withRequest() }) }],
    [
      'a private key in PEM',
      { text: '-----BEGIN PRIVATE KEY-----\nhunter2hunter2\n-----END PRIVATE KEY-----' },
    ],
    ['a private key as JWK', { text: '{"kty":"OKP","d":"hunter2hunter2hunter2hunter2"}' }],
    ['a signature header', { text: `keyId="x",signature="hunter2hunter2${'A'.repeat(80)}=="` }],
    ['a wrapped secret', { key: new Secret('hunter2hunter2') }],
  ])('does not show %s', (_name, properties) => {
    log.error('something happened', properties)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('something happened')
    expect(lines[0]).not.toContain('hunter2')
  })

  test('shows what an error says, where it came from and why', () => {
    const error = Object.assign(new Error('no room', { cause: new TypeError('disk full') }), {
      code: '53100',
    })
    log.error('could not write', { error })
    for (const part of ['no room', 'disk full', '53100', 'log.test.ts']) expect(lines[0]).toContain(part)
  })

  test('leaves out that somebody asked WebFinger for nobody', () => {
    getLogger(['fedify', 'webfinger', 'server']).error('Actor {username} not found.')
    expect(lines).toEqual([])
  })

  test('leaves out what is below its level, and all but the errors of Fedify', () => {
    log.debug('a')
    log.info('b')
    getLogger(['fedify', 'federation']).warn('c')
    getLogger(['fedify', 'federation']).error('d')
    expect(lines).toHaveLength(2)
  })
})

test('a message reads like a sentence', async () => {
  lines = []
  log = await startLog({ level: 'info', pretty: false, write: (line) => lines.push(line) })
  log.warn('{method} failed {n} times: {error}', { method: 'GET', n: 3, error: new Error('no room') })
  expect(JSON.parse(lines[0] ?? '').message).toBe('GET failed 3 times: no room')
})

test('a JSON line is one object on one line, whatever is in it', async () => {
  lines = []
  log = await startLog({ level: 'info', pretty: false, write: (line) => lines.push(line) })
  log.warn('a {peer} says\nsomething', { peer: 'x"\n\u001b[31m', error: new Error('two\nlines') })
  expect(lines).toHaveLength(1)
  expect(lines[0]?.trimEnd().split('\n')).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'WARN', logger: 'weft', peer: 'x"\n\u001b[31m' })
})

function withRequest(): Error {
  return Object.assign(new Error('failed'), { request: { body: 'hunter2hunter2' } })
}
