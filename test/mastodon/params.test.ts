import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { silentLog } from '../../src/base/log.ts'
import { answerErrors } from '../../src/faces/http/errors.ts'
import {
  booleanish,
  dateish,
  idOf,
  idsOf,
  integerish,
  listOf,
  textish,
  wordOf,
} from '../../src/faces/http/param-fields.ts'
import { treeFrom } from '../../src/faces/http/param-tree.ts'
import { readParams } from '../../src/faces/http/read-params.ts'
import { asMastodonError } from '../../src/faces/mastodon/errors.ts'

const fields = z.object({
  sure: booleanish,
  text: textish,
  limit: integerish,
  id: idOf(),
  ids: idsOf(),
  words: listOf(z.string()),
  when: dateish,
  kind: wordOf(['a', 'b']),
  poll: z.object({ options: listOf(z.string()), multiple: booleanish }).optional(),
})

let server: Server
let url: string
let kept: string[] = []

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weft-params-'))
  const app = express()
  app.all('/echo', async (req, res) => {
    const given = await readParams(req)
    res.json({ values: given.values, read: given.read(fields) })
  })
  app.all('/files', async (req, res) => {
    const { files, values } = await readParams(req, { folder, names: ['file'], largest: 1000 })
    kept = [...files.values()].map(({ path }) => path)
    const file = files.get('file')
    res.json({
      values,
      names: [...files.keys()],
      text: file && readFileSync(file.path, 'utf8'),
      size: file?.size,
    })
  })
  app.use(answerErrors(silentLog, asMastodonError))
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

async function ask(path: string, init: RequestInit = {}) {
  const reply = await fetch(url + path, init)
  return { status: reply.status, json: (await reply.json()) as Record<string, never> }
}
const json = (body: unknown, method = 'POST') =>
  ask('/echo', { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
const form = (body: string, method = 'POST') =>
  ask('/echo', { method, body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })

describe('brackets mean what Rails makes of them', () => {
  test.each([
    ['a=1', { a: '1' }],
    ['a=1&a=2', { a: ['1', '2'] }],
    ['a[]=1', { a: ['1'] }],
    ['a[]=1&a[]=2', { a: ['1', '2'] }],
    ['a[k]=1&a[l]=2', { a: { k: '1', l: '2' } }],
    ['a[k][]=1&a[k][]=2', { a: { k: ['1', '2'] } }],
    ['a[0][k]=1&a[1][k]=2', { a: { 0: { k: '1' }, 1: { k: '2' } } }],
    ['a[][k]=1&a[][l]=2&a[][k]=3', { a: [{ k: '1', l: '2' }, { k: '3' }] }],
    ['a[][k][]=1&a[][k][]=2', { a: [{ k: ['1', '2'] }] }],
    ['a%5B%5D=1', { a: ['1'] }],
    ['[]=1', { '[]': '1' }],
    ['a[=1', { 'a[': '1' }],
    ['a[__proto__][x]=1', {}],
    ['__proto__[x]=1', {}],
    ['a[b][c][d][e][f][g]=1', {}],
  ])('%s', (text, tree) => {
    expect(treeFrom(new URLSearchParams(text))).toEqual(tree)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })
})

describe('a field', () => {
  test.each([false, 0, '0', 'f', 'F', 'false', 'FALSE', 'False', 'off', 'OFF'])('%j is no', async (sure) => {
    expect((await json({ sure })).json.read).toEqual({ sure: false })
  })
  test.each([true, 1, '1', 't', 'true', 'True', 'on', 'yes', 'no'])('%j is yes', async (sure) => {
    expect((await json({ sure })).json.read).toEqual({ sure: true })
  })
  test.each([null, '', undefined])('%j is nothing said', async (sure) => {
    expect((await json({ sure })).json.read).toEqual({})
  })

  test('is the same by form, by JSON and by the address, of every method', async () => {
    const read = {
      sure: true,
      text: 'a b',
      limit: 5,
      id: '123',
      ids: ['1', '2'],
      words: ['x', 'y'],
      when: '2026-11-30T00:00:00.000Z',
      kind: 'b',
      poll: { options: ['yes', 'no'], multiple: false },
    }
    const text =
      'sure=1&text=a+b&limit=5&id=123&ids[]=1&ids[]=2&words[]=x&words[]=y&when=2026-11-30T00:00:00Z&kind=b&poll[options][]=yes&poll[options][]=no&poll[multiple]=0'
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await form(text, method)).json.read).toEqual(read)
      expect((await json(read, method)).json.read).toEqual(read)
      expect((await ask(`/echo?${text}`, { method })).json.read).toEqual(read)
    }
    expect((await ask(`/echo?${text}`)).json.read).toEqual(read)
  })

  test('may be one where a list is asked for, and a list by places; what is no id is none', async () => {
    expect((await ask('/echo?ids=7&words=x')).json.read).toEqual({ ids: ['7'], words: ['x'] })
    expect((await ask('/echo?ids[0]=7&ids[1]=8')).json.read).toEqual({ ids: ['7', '8'] })
    expect((await ask('/echo?ids[]=7&ids[]=01FZ')).json.read).toEqual({ ids: ['7'] })
    expect((await ask('/echo?id=01FZ')).json.read).toEqual({ id: '0' })
    expect((await json({ ids: [], words: [] })).json.read).toEqual({ ids: [], words: [] })
    expect((await json({ id: 7 })).json.read).toEqual({ id: '7' })
  })

  test.each(['limit=x', 'kind=c', 'when=yesterday', 'text[a]=1'])(
    '%s is refused, and said why',
    async (query) => {
      const { status, json: said } = await ask(`/echo?${query}`)
      expect(status).toBe(422)
      expect(said.error).toMatch(/^Validation failed: \w+/)
    },
  )
})

describe('a body', () => {
  test.each([
    ['{"a":', 400],
    ['[1]', 400],
    ['{"a":"\\u0000"}', 400],
    ['{"a":"\\ud800"}', 400],
    ['{"a":{"b":["\\u0000"]}}', 400],
  ])('%s is refused', async (body, status) => {
    const reply = await ask('/echo', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(reply.status).toBe(status)
    expect(reply.json.error).toEqual(expect.any(String))
  })

  test('cannot change what objects are', async () => {
    const { json: said } = await ask('/echo', {
      method: 'POST',
      body: '{"__proto__":{"sure":true},"constructor":{"prototype":{"sure":true}},"text":"x"}',
      headers: { 'content-type': 'application/json' },
    })
    expect(said).toEqual({ values: { text: 'x' }, read: { text: 'x' } })
  })

  test('that is too large is not read to its end', async () => {
    expect((await form(`text=${'x'.repeat(1_100_000)}`)).status).toBe(413)
    expect((await form(Array.from({ length: 1001 }, (_, i) => `a${i}=1`).join('&'))).status).toBe(400)
  })

  test('is JSON whatever it calls itself, and nothing where there is nothing', async () => {
    const reply = await ask('/echo', {
      method: 'POST',
      body: '{"text":"x"}',
      headers: { 'content-type': 'text/plain' },
    })
    expect(reply.json.read).toEqual({ text: 'x' })
    expect((await ask('/echo', { method: 'POST' })).json.read).toEqual({})
    expect(
      (await ask('/echo', { method: 'POST', body: 'x', headers: { 'content-type': 'text/csv' } })).status,
    ).toBe(415)
  })
})

describe('a form of several parts', () => {
  const multipart = (parts: readonly (readonly [string, string, string?])[]) => {
    const body = parts
      .map(
        ([name, value, filename]) =>
          `--b\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n${filename === undefined ? '' : 'Content-Type: image/png\r\n'}\r\n${value}\r\n`,
      )
      .join('')
    return ask('/files', {
      method: 'POST',
      body: `${body}--b--\r\n`,
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    })
  }

  test('brings files that are gone afterwards, and fields with brackets', async () => {
    const { json: said } = await multipart([
      ['focus', '0,0'],
      ['fields_attributes[0][name]', 'x'],
      ['file', 'bytes', 'a.png'],
      ['other', 'left out', 'b.png'],
    ])
    expect(said).toEqual({
      values: { focus: '0,0', fields_attributes: { 0: { name: 'x' } } },
      names: ['file'],
      text: 'bytes',
      size: 5,
    })
    await expect.poll(() => kept.filter(existsSync)).toEqual([])
    expect(kept).toHaveLength(1)
  })

  test('a file that is too large is refused, and kept no longer', async () => {
    const reply = await multipart([['file', 'x'.repeat(2000), 'a.png']])
    expect(reply.status).toBe(413)
    await expect.poll(() => kept.filter(existsSync)).toEqual([])
  })

  test('without a border it is none', async () => {
    const reply = await ask('/files', {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'multipart/form-data' },
    })
    expect(reply.status).toBe(400)
  })
})
