import { describe, expect, it } from 'vitest'
import { createRobots } from '../../src/remote/robots.ts'
import type { Visitor } from '../../src/remote/visitor.ts'
import { robotsTextFor } from '../../src/text/robots-text.ts'

const LONGEST = 512_000

describe('what a robots.txt says to one reader', () => {
  it('is what the groups say that name it or everybody', () => {
    const text = [
      '\uFEFF# ours',
      'User-agent: other',
      'User-Agent: Weft/1.0 # a note',
      '',
      'Disallow: /here',
      'Sitemap: https://site.example/map.xml',
      'allow : /here/yet',
      'User-agent: third',
      'Disallow: /',
      'User-agent: *',
      'Disallow: /**.pdf$',
    ].join('\r\n')
    expect(robotsTextFor(text, 'weft').split('\n')).toEqual([
      'User-agent: weft',
      'disallow: /here',
      'allow: /here/yet',
      'User-agent: *',
      'disallow: /*.pdf$',
    ])
  })

  it.each([
    ['many names before many rules', `${names(4000)}User-agent: *\n${'Allow: /a\n'.repeat(40_000)}`, true],
    ['rules of stars', `User-agent: *\nDisallow: /${'*'.repeat(500_000)}b\n`, true],
    [
      'rules with much behind a star',
      `User-agent: *\n${`Disallow: /${'*a'.repeat(150)}b\n`.repeat(1500)}`,
      false,
    ],
  ])('takes no time and little room, whatever it holds: %s', async (_what, text, allowed) => {
    const robots = createRobots(answering(text.slice(0, LONGEST)), 'Weft')
    const began = performance.now()
    expect(await robots(new URL(`https://site.example/${'a'.repeat(1900)}`), 0)).toBe(allowed)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

function names(count: number): string {
  return Array.from({ length: count }, (_, at) => `User-agent: a${at}\n`).join('')
}

function answering(text: string): Visitor {
  return {
    visit: async (url) => ({ url, status: 200, header: () => '', body: Buffer.from(text) }),
  }
}
