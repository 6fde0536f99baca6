import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inspect, parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError, readConfig, settingNames } from '../src/config.ts'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'weft-config-'))
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

const SECRET = 'a secret of more than 32 characters, really'

function read(env: Record<string, string>) {
  return readConfig({ WEFT_DATA_DIR: dataDir, WEFT_SECRET: SECRET, ...env })
}

function mistakesOf(env: Record<string, string>): readonly string[] {
  try {
    read(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

test('without any setting the documented defaults hold', () => {
  const { secret, ...config } = readConfig({ WEFT_SECRET: SECRET })
  expect(config).toEqual({
    origin: 'http://localhost:3000',
    handleHost: 'localhost:3000',
    host: '127.0.0.1',
    port: 3000,
    databaseUrl: undefined,
    dataDir: resolve('data'),
    role: 'all',
    registration: 'invite',
    federation: 'open',
    trustedProxies: [],
    allowedPrivateAddresses: [],
    authorizedFetch: false,
    rateLimits: true,
    media: 'file',
    ffmpeg: true,
    mail: undefined,
    metricsPort: undefined,
    logLevel: 'info',
  })
  expect(secret.reveal()).toBe(SECRET)
})

test('settings are read as they are meant', () => {
  const config = read({
    WEFT_ORIGIN: 'https://Social.Bücher.Example/',
    WEFT_HANDLE_HOST: 'Bücher.Example',
    HOST: '::',
    PORT: '8080',
    DATABASE_URL: 'postgresql://u:p@db:5432/weft',
    WEFT_ROLE: 'worker',
    WEFT_TRUSTED_PROXIES: '10.0.0.1, fd00::/8',
    WEFT_AUTHORIZED_FETCH: 'on',
    WEFT_RATE_LIMITS: 'off',
    WEFT_SMTP_URL: '',
    UNRELATED: 'ignored',
    WEFT_TEST_DATABASE_URL: 'the test suite reads this',
  })
  expect(config).toMatchObject({
    origin: 'https://social.xn--bcher-kva.example',
    handleHost: 'xn--bcher-kva.example',
    host: '::',
    port: 8080,
    databaseUrl: 'postgresql://u:p@db:5432/weft',
    role: 'worker',
    trustedProxies: ['10.0.0.1/32', 'fd00::/8'],
    authorizedFetch: true,
    rateLimits: false,
  })
  expect(read({ PORT: '8080' }).origin).toBe('http://localhost:8080')
  expect(Object.isFrozen(config)).toBe(true)
})

test('each mistake is one sentence that names its setting, and all are told at once', () => {
  expect(
    mistakesOf({
      PORT: '99999',
      WEFT_ROLE: 'both',
      WEFT_AUTHORIZED_FETCH: 'yes',
      WEFT_TRUSTED_PROXIES: '10.0.0.0/8,proxy.local',
      WEFT_HANDLE_HOST: 'not a host',
      WEFT_DATABASE: 'x',
      WEFT_ORIGN: 'x',
    }),
  ).toEqual([
    'WEFT_HANDLE_HOST must be a host name like example.social, not “not a host”.',
    'PORT must be a number from 1 to 65535, not “99999”.',
    'WEFT_ROLE must be all, web or worker, not “both”.',
    'WEFT_TRUSTED_PROXIES must be a list of ranges like 10.0.0.0/8, fd00::/8, and “proxy.local” is none.',
    'WEFT_AUTHORIZED_FETCH must be on or off, not “yes”.',
    'WEFT_DATABASE is no setting of Weft.',
    'WEFT_ORIGN is no setting of Weft.',
  ])
})

test.each([
  ['ftp://example.social'],
  ['example.social'],
  ['https://example.social/weft'],
  ['https://user@example.social'],
  ['https://example.social?x'],
  ['https://'],
])('%s is no origin', (origin) => {
  expect(mistakesOf({ WEFT_ORIGIN: origin })).toEqual([
    `WEFT_ORIGIN must be like https://example.social, without a path, not “${origin}”.`,
  ])
})

describe('a plain http origin', () => {
  test.each([
    ['http://localhost:4000', ''],
    ['http://127.0.0.1:4000', ''],
    ['http://[::1]:4000', ''],
    ['http://weft.localhost', ''],
    ['http://192.168.1.5', '192.168.0.0/16'],
    ['http://[fd00::5]', '10.0.0.0/8,fd00::/8'],
  ])('%s is accepted with the ranges “%s”', (origin, ranges) => {
    expect(mistakesOf({ WEFT_ORIGIN: origin, WEFT_ALLOWED_PRIVATE_ADDRESSES: ranges })).toEqual([])
  })

  test.each([
    ['http://example.social', '10.0.0.0/8'],
    ['http://192.168.1.5', ''],
    ['http://192.168.1.5', '10.0.0.0/8'],
    ['http://localhost.example.social', ''],
  ])('%s is refused with the ranges “%s”', (origin, ranges) => {
    expect(mistakesOf({ WEFT_ORIGIN: origin, WEFT_ALLOWED_PRIVATE_ADDRESSES: ranges })).toEqual([
      expect.stringContaining('WEFT_ORIGIN may begin with http: only on localhost'),
    ])
  })
})

test.each([
  ['smtp://mail.example', { host: 'mail.example', port: 587, tls: false, login: undefined, from: undefined }],
  [
    'smtps://mail.example/',
    { host: 'mail.example', port: 465, tls: true, login: undefined, from: undefined },
  ],
  ['smtp://[::1]:1025?from=weft@example.org', { host: '::1', port: 1025, from: 'weft@example.org' }],
  [
    'smtps://eve%40example.org:p%2Fw@mail.example',
    { login: { user: 'eve@example.org' }, from: 'eve@example.org' },
  ],
])('%s is a server for letters', (address, place) => {
  expect(read({ WEFT_SMTP_URL: address }).mail).toMatchObject(place)
})

test.each([
  'mail.example',
  'https://mail.example',
  'smtp://',
  'smtp://mail.example/inbox',
  'smtp://mail.example?pool=true',
  'smtp://hunter2@mail.example',
  'smtp://user:%E0%A4@mail.example',
  'smtp://mail.example?from=nobody',
  'smtp://mail.example?from=a@b.example%0d%0aBcc:c@d.example',
])('%s is none, and is not repeated', (address) => {
  const mistakes = mistakesOf({ WEFT_SMTP_URL: address })
  expect(mistakes).toEqual([expect.stringMatching(/^WEFT_SMTP_URL (?:must|has|takes|needs) [^?]*\.$/)])
  expect(mistakes.join()).not.toContain('hunter2')
})

test.each(['open', 'approval', 'invite', 'closed'] as const)('people may come in as %s', (way) => {
  expect(read({ WEFT_REGISTRATION: way }).registration).toBe(way)
})

const KEYS = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'hunter2' }

test.each([
  ['s3://media', 'https://media.s3.us-east-1.amazonaws.com', '', 'us-east-1'],
  [
    's3://media/of/weft/?region=eu-central-1',
    'https://media.s3.eu-central-1.amazonaws.com',
    '/of/weft',
    'eu-central-1',
  ],
  ['s3://media?style=path', 'https://s3.us-east-1.amazonaws.com', '/media', 'us-east-1'],
  ['s3://media/weft?endpoint=http://10.0.0.5:9000', 'http://10.0.0.5:9000', '/media/weft', 'us-east-1'],
  ['s3://media?endpoint=https://r2.example&region=auto&style=host', 'https://media.r2.example', '', 'auto'],
])('%s is a bucket', (address, origin, path, region) => {
  const { media } = read({ ...KEYS, WEFT_MEDIA: address })
  expect(media).toMatchObject({ origin, path, region, keys: { accessKeyId: 'key' } })
  const own = read({ WEFT_MEDIA: address.replace('//', '//other:se%2Fcret@') }).media
  expect(own).toMatchObject({ origin, path, region, keys: { accessKeyId: 'other' } })
  expect(own !== 'file' && own.keys.secretAccessKey.reveal()).toBe('se/cret')
})

test.each([
  's3://',
  's3://Media_1',
  's3://media:9000',
  's3://media?path=1',
  's3://media?region=a%20b',
  's3://media?endpoint=ftp://x',
  's3://media?endpoint=https://x/y',
  's3://media?style=round',
  'gs://media',
])('%s is no bucket', (address) => {
  expect(mistakesOf({ ...KEYS, WEFT_MEDIA: address })).toEqual([
    expect.stringMatching(/^WEFT_MEDIA (?:must|has|takes) /),
  ])
})

test('what may hold a password is never repeated', () => {
  const bucket = 's3://key:hunter2@media'
  expect(mistakesOf({ WEFT_MEDIA: 's3://media' })).toEqual([expect.stringContaining('WEFT_MEDIA needs keys')])
  expect(mistakesOf({ WEFT_MEDIA: `${bucket}?x=1` }).join()).not.toContain('hunter2')
  const withBucket = read({ WEFT_MEDIA: bucket, AWS_SECRET_ACCESS_KEY: 'hunter2' })
  expect(inspect(withBucket, { depth: 9 }) + JSON.stringify(withBucket)).not.toContain('hunter2')
  const mistakes = mistakesOf({
    DATABASE_URL: 'mysql://root:hunter2@db/weft',
    WEFT_SECRET: 'hunter2',
    WEFT_SMTP_URL: 'smtp://hunter2@mail.example',
  })
  expect(mistakes).toHaveLength(3)
  expect(mistakes.join()).not.toContain('hunter2')
  const config = read({ WEFT_SMTP_URL: 'smtp://user:hunter2@mail.example' })
  expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('hunter2')
  expect(inspect(config, { depth: 9 }) + JSON.stringify(config) + String(config.secret)).not.toContain(SECRET)
})

describe('the secret of a data folder', () => {
  test('is made once, for its owner alone, and is the same at each start', async () => {
    const folder = join(dataDir, 'new')
    const first = readConfig({ WEFT_DATA_DIR: folder }).secret.reveal()
    expect(first.length).toBeGreaterThanOrEqual(43)
    expect(readConfig({ WEFT_DATA_DIR: folder }).secret.reveal()).toBe(first)
    expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['secret'])
  })

  test('is not made when another setting is wrong', async () => {
    const folder = join(dataDir, 'never')
    expect(() => readConfig({ WEFT_DATA_DIR: folder, PORT: 'x' })).toThrow(ConfigError)
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('that was cut short is refused, not replaced', async () => {
    const folder = join(dataDir, 'new')
    await writeFile(join(folder, 'secret'), 'short\n')
    expect(() => readConfig({ WEFT_DATA_DIR: folder })).toThrow(
      /^The secret in .* must have 32 characters at least\.$/,
    )
    expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('short\n')
  })
})

describe('.env.example', () => {
  test('names every setting once, in order, and nothing else', async () => {
    const lines = (await readFile('.env.example', 'utf8')).split('\n')
    const names = lines.flatMap((line) => /^#?([A-Z_]+)=/.exec(line)?.[1] ?? [])
    expect(names).toEqual(settingNames)
  })

  test('shows the defaults', async () => {
    const text = (await readFile('.env.example', 'utf8')).replace(/^#([A-Z_]+=)/gm, '$1')
    const shown = parseEnv(text)
    // Of these there is no default, or none that could be shown.
    for (const name of ['DATABASE_URL', 'WEFT_TRUSTED_PROXIES', 'WEFT_ALLOWED_PRIVATE_ADDRESSES'])
      delete shown[name]
    for (const name of ['WEFT_SMTP_URL', 'WEFT_METRICS_PORT']) delete shown[name]
    const { secret: _, ...config } = readConfig({ ...shown, WEFT_SECRET: SECRET } as Record<string, string>)
    const { secret: __, ...defaults } = readConfig({ WEFT_SECRET: SECRET })
    expect(config).toEqual(defaults)
  })
})
