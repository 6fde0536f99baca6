/** What a text is looked up by: a word, and where it stands among the others. */
interface PlacedWord {
  readonly word: string
  readonly at: number
  /** the last sign of a run that knows no spaces, or all of it */
  readonly sign?: 'last' | 'only'
}

/** Scripts that do not part words by spaces, or, as Korean does, join to words what nobody looks for. */
const SIGN =
  '[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Bopomofo}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}]'
/** Whether a text has any of these. */
export const UNSPACED = new RegExp(SIGN, 'u')
const LETTER = '[\\p{L}\\p{N}\\p{M}]'
const WORDS = new RegExp(
  `((?:(?=${LETTER})${SIGN})+)|((?:(?!${SIGN})${LETTER})+)|(\\p{Extended_Pictographic})`,
  'gu',
)
/** Nobody looks for a longer one. */
const LONGEST_WORD = 100
/** As many words of a text as count. */
const MOST_WORDS = 10_000

/**
 * The words of a text, in lower case and without accents. What is written without spaces comes as overlapping pairs of
 * signs, which find every piece of it without a dictionary. Words are of letters and digits alone, so that they need no
 * quoting.
 */
function wordsIn(text: string): PlacedWord[] {
  const found: PlacedWord[] = []
  let at = 1
  for (const [, unspaced, word, picture] of folded(text).matchAll(WORDS)) {
    if (found.length >= MOST_WORDS) break
    if (unspaced === undefined) {
      found.push({ word: [...(word ?? picture ?? '')].slice(0, LONGEST_WORD).join(''), at })
      at += 1
      continue
    }
    const signs = [...unspaced]
    signs.forEach((sign, n) => {
      const next = signs[n + 1]
      if (next !== undefined) found.push({ word: sign + next, at: at + n })
      else found.push({ word: sign, at: at + n, sign: n === 0 ? 'only' : 'last' })
    })
    at += signs.length
  }
  return found
}

/** Accents of Latin, Greek and Cyrillic; the vowels and stretched lines of Hebrew and Arabic, which most leave out. */
const ACCENTS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]/g

/** Letters that are typed without what sets them apart, though they are no others with an accent; and one that stands last. */
const PLAIN: Readonly<Record<string, string>> = {
  ς: 'σ',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ß: 'ss',
}
const SPECIAL = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g')

/** A text as it is compared: in lower case and without accents. The function `search_folded` of the database does the same. */
export function folded(text: string): string {
  const plain = text.normalize('NFKD').replace(ACCENTS, '').normalize('NFKC').toLowerCase()
  return plain.replace(SPECIAL, (letter) => PLAIN[letter] ?? letter)
}

/** A text as PostgreSQL writes a `tsvector`. */
export function vectorFrom(text: string): string {
  return wordsIn(text)
    .map(({ word, at }) => `'${word}':${at}`)
    .join(' ')
}

/** A word that is looked for. */
export interface SoughtWord {
  readonly word: string
  /** only its first sign is known */
  readonly begins: boolean
}

/** Words that are to stand one behind the other. */
export interface Phrase {
  /** as PostgreSQL writes a `tsquery`; '' where there are none */
  readonly query: string
  readonly words: readonly SoughtWord[]
}

export function phraseFrom(text: string): Phrase {
  let query = ''
  let before: PlacedWord | undefined
  const words: SoughtWord[] = []
  for (const each of wordsIn(text)) {
    // The pair before it says as much, and where more follows there is no last sign.
    if (each.sign === 'last') continue
    const begins = each.sign === 'only'
    const term = begins ? `'${each.word}':*` : `'${each.word}'`
    query += before ? ` <${each.at - before.at}> ${term}` : term
    words.push({ word: each.word, begins })
    before = each
  }
  return { query, words }
}
