import type { Request, RequestHandler, Response } from 'express'
import { expect, test, vi } from 'vitest'
import { loadedLater } from '../../../src/faces/http/later.ts'

const request = (path: string) => ({ path }) as Request
const response = {} as Response
const wants = (req: Request) => req.path === '/mine'

/** What a request comes to: the word of the loaded handler, `next`, or an error. */
function sent(handler: RequestHandler, path: string): Promise<string> {
  return new Promise((done) => {
    const answered = Object.assign(request(path), { done })
    handler(answered, response, (error?: unknown) => done(error ? String(error) : 'next'))
  })
}
const answering: RequestHandler = (req) => (req as unknown as { done(word: string): void }).done('loaded')

test('what is not for it goes on at once and loads nothing', async () => {
  let loads = 0
  const later = loadedLater(wants, async () => {
    loads += 1
    return answering
  })
  expect(await sent(later, '/other')).toBe('next')
  expect(loads).toBe(0)
})

test('it is loaded once for all who wait', async () => {
  let loads = 0
  const later = loadedLater(wants, async () => {
    loads += 1
    return answering
  })
  expect(await Promise.all([sent(later, '/mine'), sent(later, '/mine')])).toEqual(['loaded', 'loaded'])
  expect(await sent(later, '/mine')).toBe('loaded')
  expect(loads).toBe(1)
})

test('a load that fails fails its request, and the next one tries again', async () => {
  let loads = 0
  const later = loadedLater(wants, async () => {
    loads += 1
    if (loads === 1) throw new Error('not now')
    return answering
  })
  expect(await sent(later, '/mine')).toBe('Error: not now')
  expect(await sent(later, '/mine')).toBe('loaded')
})

test('one that not everybody needs is not loaded by itself', async () => {
  vi.useFakeTimers()
  try {
    let loads = 0
    const load = async () => {
      loads += 1
      return answering
    }
    const [soon, later] = [loadedLater(wants, load), loadedLater(wants, load, { soon: false })]
    await vi.advanceTimersByTimeAsync(60_000)
    expect(loads).toBe(1)
    expect([await sent(soon, '/mine'), loads]).toEqual(['loaded', 1])
    expect([await sent(later, '/mine'), loads]).toEqual(['loaded', 2])
  } finally {
    vi.useRealTimers()
  }
})
