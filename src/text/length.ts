import { tokensIn } from './tokens.ts'

/** What any link counts, however long it is. */
const LINK_LENGTH = 23

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Characters of a text as people and Mastodon count them: graphemes, each link as 23, each mention without its host.
 * Line breaks count one however they are written.
 */
export function lengthOf(text: string): number {
  const plain = text.replaceAll('\r\n', '\n')
  let length = 0
  let from = 0
  for (const token of tokensIn(plain)) {
    if (token.kind === 'hashtag') continue
    length += graphemesIn(plain.slice(from, token.start))
    length += token.kind === 'link' ? LINK_LENGTH : 1 + graphemesIn(token.name)
    from = token.end
  }
  return length + graphemesIn(plain.slice(from))
}

function graphemesIn(text: string): number {
  if (/^\p{ASCII}*$/u.test(text)) return text.length
  let count = 0
  for (const _ of graphemes.segment(text)) count += 1
  return count
}
