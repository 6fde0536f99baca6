import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { federationTable } from '../../../src/faces/activitypub/federation-table.ts'
import { federationText } from '../../../src/faces/activitypub/federation-text.ts'

const ROOT = join(import.meta.dirname, '../../..')
const rows = Object.entries(federationTable).flatMap(([section, list]) =>
  list.map((row) => ({ section, row, name: `${section}: ${row.feature}` })),
)

describe('FEDERATION.md', () => {
  test('is what `npm run federation` makes of the table', () => {
    expect(readFileSync(join(ROOT, 'FEDERATION.md'), 'utf8')).toBe(federationText())
  })

  test('says nothing twice', () => {
    const names = rows.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)])
  })

  test.each(rows)('$name: is proven by tests that exist', ({ row }) => {
    expect(row.tests.length).toBeGreaterThan(0)
    for (const proof of row.tests) {
      const [file = '', title = ''] = proof.split(' › ')
      expect(existsSync(join(ROOT, file)), `${file} exists`).toBe(true)
      expect(title, proof).not.toBe('')
      expect(
        titlesIn(file).some((known) => known.includes(title)),
        `${file} has a test named ${title}`,
      ).toBe(true)
    }
  })
})

/** The texts that stand as the first argument of a test, a suite, or what `each` returned. */
function titlesIn(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const calls = source.matchAll(
    /(?:\b(?:test|it|describe)(?:\.\w+)*|\))\s*\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1\s*,/g,
  )
  return [...calls].map(([, , title = '']) => title.replace(/\\(['"`])/g, '$1'))
}
