import { sql } from 'kysely'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { vectorFrom } from '../src/text/search-words.ts'
import { appOf } from './support/app.ts'
import { crowdId, crowdTime, inBulk, makeCrowd } from './support/crowd.ts'
import { verdict } from './support/machine.ts'
import { measurePages } from './support/pages.ts'
import { startBenchServer } from './support/server.ts'

// Somebody searches 200,000 posts of 2,000 people, half of whom may be found, over 2 connections: words, from those in
// every tenth post to those in ten posts of all; phrases and operators; handles and beginnings of names; and Chinese,
// Japanese and Korean. What is typed is another thing each time.
const POSTS = Number(process.env.ITEMS ?? 200_000)
const COUNT = Number(process.env.COUNT ?? 1000)
const PEOPLE = 2000
const WORDS = 20_000
const SIGNS = 1500
const WIDTH = 2

await using server = await startBenchServer()
const { db, house } = server
const anna = await registerAccount(house.world, { name: 'anna' })
const headers = await appOf(server, anna)
console.log(`making ${POSTS.toLocaleString('en-US')} posts`)
await makeCrowd(db, PEOPLE)
const texts = await fill()

const find = (q: string, more = '') => `/api/v2/search?q=${encodeURIComponent(q)}${more}`
const some = (n: number, of: number) => (n * 7919) % of
const said = (n: number) => (texts[some(n, texts.length)] ?? '').split(' ')
const kinds: Readonly<Record<string, (n: number) => string>> = {
  'words said often': (n) => find(wordAt(some(n, 10)), '&type=statuses'),
  'words said now and then': (n) => find(wordAt(10 + some(n, 500)), '&type=statuses'),
  'words said seldom': (n) => find(wordAt(1000 + some(n, WORDS - 1000)), '&type=statuses'),
  'words in a row, of all kinds': (n) => find(said(n).slice(2, 4).join(' ')),
  'words and operators': (n) =>
    find(
      `${wordAt(some(n, 200))} ${['from:@p12@h12.example', 'before:2026-10-02', '-has:media', 'language:en'][n % 4]}`,
    ),
  handles: (n) => find(`@p${1 + some(n, PEOPLE)}@h${(1 + some(n, PEOPLE)) % 50}.example`),
  'beginnings of names': (n) => find(`p${1 + some(n, 200)}`, '&type=accounts'),
  'Chinese, Japanese and Korean': (n) => find(eastern(some(n, 5000), 2 + (n % 3))),
}
const asked = process.env.ONLY ? [process.env.ONLY] : Object.keys(kinds)
for (const what of asked) {
  const pathOf = kinds[what] ?? (() => '')
  const { p99 } = await measurePages(server, headers, what, pathOf, { count: COUNT, least: 0, width: WIDTH })
  verdict(`${what}, p99`, p99, p99 <= 10, '≤ 10 ms')
}

/** The word with a rank: those with a low one are said more often. */
function wordAt(rank: number): string {
  const letters = 'bdfgklmnprstvz'
  const vowels = 'aeiou'
  let word = ''
  for (let left = rank + 40; left > 0; left = Math.floor(left / 70))
    word += `${letters[Math.floor(left / 5) % 14]}${vowels[left % 5]}`
  return word
}

/** Signs of one of three scripts; the same for the same number. */
function eastern(seed: number, length: number): string {
  const first = [0x4e00, 0x3041, 0xac00][seed % 3] ?? 0
  const range = first === 0x3041 ? 80 : SIGNS
  return Array.from({ length }, (_, n) =>
    String.fromCodePoint(first + ((seed * 31 + n * n * 17) % range)),
  ).join('')
}

/** Few words are said often and many seldom, as people do. */
async function fill(): Promise<string[]> {
  let state = 42
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const sentence = () => {
    const length = 8 + Math.floor(random() * 24)
    const words = Array.from({ length }, () => wordAt(Math.floor(WORDS ** random()) - 1))
    return words.join(' ')
  }
  const kept: string[] = []
  await inBulk(db, async (bulk) => {
    for (let from = 0; from < POSTS; from += 5000) {
      const numbers = Array.from({ length: Math.min(5000, POSTS - from) }, (_, n) => from + n)
      const said = numbers.map((n) =>
        n % 5 === 4 ? `${eastern(n % 5000, 12)}、${eastern(n % 4999, 9)}` : sentence(),
      )
      kept.push(...said.filter((_, n) => n % 50 === 0))
      await sql`
        INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, language, published_at)
        SELECT ${crowdId(sql`n`)}, 'https://h' || n % 50 || '.example/posts/' || n, false, 1 + n % ${PEOPLE}::int,
          CASE WHEN n % 10 = 0 THEN 'unlisted' ELSE 'public' END, ${crowdId(sql`n`)}, '<p>' || text || '</p>', 'en',
          ${crowdTime(sql`n`)}
        FROM unnest(${numbers}::int[], ${said}::text[]) AS t (n, text)`.execute(bulk)
      await sql`
        INSERT INTO post_search (post_id, vector)
        SELECT ${crowdId(sql`n`)}, vector::tsvector FROM unnest(${numbers}::int[], ${said.map(vectorFrom)}::text[]) AS t (n, vector)`.execute(
        bulk,
      )
    }
    await sql`INSERT INTO hashtag (name, display_name) SELECT 'tag' || n, 'Tag' || n FROM generate_series(1, 5000) AS n`.execute(
      bulk,
    )
    await sql`INSERT INTO post_hashtag (post_id, hashtag_id)
      SELECT ${crowdId(sql`n`)}, (SELECT min(id) FROM hashtag) + n % 5000 FROM generate_series(0, ${POSTS - 1}::int, 5) AS n`.execute(
      bulk,
    )
    for (const table of ['post', 'account', 'account_stat', 'hashtag', 'post_hashtag', 'post_search'])
      await sql`VACUUM ANALYZE ${sql.table(table)}`.execute(bulk)
  })
  return kept.filter((text) => /^[a-z]/.test(text))
}
