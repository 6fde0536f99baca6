import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { folded, phraseFrom, vectorFrom } from '../../src/text/search-words.ts'
import { testDatabase } from '../support/database.ts'

const { db, ...database } = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())

const letters = 'aZéÉñÅłŁøßẞİıÇςΣΌάЙйЁёїюאָבּتًمّـआनि中文漢ｶﾞがプ한글ไทยñﬁ①²🦘・_- .'
const texts = fc.array(fc.constantFrom(...letters), { maxLength: 12 }).map((signs) => signs.join(''))

test('the database folds letters as we do, so that what is typed meets what is there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(texts, fc.string({ unit: 'grapheme', maxLength: 8 })), async (text) => {
      fc.pre(!text.includes('\0') && text.isWellFormed())
      const { rows } = await sql<{ folded: string }>`SELECT search_folded(${text}) AS folded`.execute(db)
      expect(rows[0]?.folded).toBe(folded(text))
    }),
    { numRuns: 300 },
  )
})

test('whatever a text is, it is found by any of its words, and by all of them in a row', async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const vector = vectorFrom(text)
      for (const part of [text, ...text.split(/[\s._-]+/)]) {
        const { query } = phraseFrom(part)
        if (query === '') continue
        const { rows } = await sql<{ found: boolean }>`
          SELECT ${vector}::tsvector @@ ${query}::tsquery AS found`.execute(db)
        expect(rows[0]?.found, `${part} in ${text}: ${query} in ${vector}`).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

test('folding twice is folding once', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(folded(folded(text))).toBe(folded(text))
    }),
  )
})
