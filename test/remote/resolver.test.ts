import dgram from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createResolver } from '../../src/remote/resolver.ts'

/** A name server of a few lines: A records by name, silence for names that hang, NXDOMAIN for the rest. */
async function startNames() {
  const zones = new Map<string, { a?: string[]; aaaa?: string[]; ttl?: number; silent?: boolean }>()
  const asked: string[] = []
  const socket = dgram.createSocket('udp4')
  socket.on('message', (query, from) => {
    const labels: string[] = []
    let at = 12
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length))
      at += length + 1
    }
    const type = query.readUInt16BE(at + 1)
    const name = labels.join('.').toLowerCase()
    asked.push(`${name}/${type === 1 ? 'A' : 'AAAA'}`)
    const zone = zones.get(name)
    if (zone?.silent) return
    const addresses = (type === 1 ? zone?.a : zone?.aaaa) ?? []
    const answers = addresses.map((address) => {
      const data = type === 1 ? Buffer.from(address.split('.').map(Number)) : Buffer.from(address, 'hex')
      const head = Buffer.alloc(12)
      head.writeUInt16BE(0xc00c, 0)
      head.writeUInt16BE(type, 2)
      head.writeUInt16BE(1, 4)
      head.writeUInt32BE(zone?.ttl ?? 60, 6)
      head.writeUInt16BE(data.length, 10)
      return Buffer.concat([head, data])
    })
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(zone ? 0x8180 : 0x8183, 2)
    header.writeUInt16BE(answers.length, 6)
    header.writeUInt32BE(0, 8)
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...answers]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { zones, asked, server: `127.0.0.1:${socket.address().port}`, stop: () => socket.close() }
}

let names: Awaited<ReturnType<typeof startNames>>
let folder: string

beforeEach(async () => {
  names = await startNames()
  folder = await mkdtemp(join(tmpdir(), 'weft-hosts-'))
})
afterEach(async () => {
  names.stop()
  await rm(folder, { recursive: true })
})

const create = (hostsFile = '/nonexistent') => createResolver({ servers: [names.server], hostsFile })

describe('the resolver', () => {
  test('gives both families, IPv4 first, and asks once for many', async () => {
    names.zones.set('two.test', { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['20010db8000000000000000000000001'] })
    const resolver = create()
    const all = await Promise.all(Array.from({ length: 10 }, () => resolver.resolve('Two.test.')))
    expect(all[9]).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1'])
    expect(names.asked.sort()).toEqual(['two.test/A', 'two.test/AAAA'])
  })

  test('a name with IPv4 alone is found at once', async () => {
    names.zones.set('four.test', { a: ['192.0.2.4'] })
    expect(await create().resolve('four.test')).toEqual(['192.0.2.4'])
  })

  test('a name that nobody knows fails with ENOTFOUND, and is not asked for again', async () => {
    const resolver = create()
    await expect(resolver.resolve('none.test')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(resolver.resolve('none.test')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    expect(names.asked).toHaveLength(2)
  })

  test('names that hang fail within 3 s and hold up nobody', async () => {
    names.zones.set('good.test', { a: ['192.0.2.7'] })
    const hanging = Array.from({ length: 20 }, (_, i) => `h${i}.test`)
    for (const name of hanging) names.zones.set(name, { silent: true })
    const resolver = create()
    const started = performance.now()
    const failures = hanging.map((name) =>
      resolver.resolve(name).catch((error: { code: string }) => error.code),
    )
    expect(await resolver.resolve('good.test')).toEqual(['192.0.2.7'])
    expect(performance.now() - started).toBeLessThan(500)
    expect(new Set(await Promise.all(failures))).toEqual(new Set(['ETIMEOUT']))
    expect(performance.now() - started).toBeLessThan(3500)
  })

  test('the hosts file comes first', async () => {
    const file = join(folder, 'hosts')
    await writeFile(
      file,
      '# here\n192.0.2.9  Listed.test alias # and more\n2001:db8::9 listed.test\nnonsense\n',
    )
    const resolver = create(file)
    expect(await resolver.resolve('listed.test')).toEqual(['192.0.2.9', '2001:db8::9'])
    expect(await resolver.resolve('ALIAS')).toEqual(['192.0.2.9'])
    expect(names.asked).toEqual([])
  })

  test('whatever ends in localhost is here, and no name server hears of it', async () => {
    expect(await create().resolve('peer.localhost')).toEqual(['127.0.0.1', '::1'])
    expect(names.asked).toEqual([])
  })
})
