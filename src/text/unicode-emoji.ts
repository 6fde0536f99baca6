/** As it is meant to be drawn: some emoji are written as text unless this follows them. */
const AS_PICTURE = '\ufe0f'
const EMOJI = /^\p{RGI_Emoji}$/v

/** One emoji of Unicode in its fully qualified spelling; undefined for anything else. */
export function emojiFrom(text: string): string | undefined {
  const written = text.trim()
  if (written === '' || written.length > 40) return undefined
  if (EMOJI.test(written)) return written
  // ❤ without its selector, and what has one too many, are the same emoji.
  const [first = '', ...rest] = written.replaceAll(AS_PICTURE, '')
  const [bare, marked] = [[first, ...rest].join(''), [first, AS_PICTURE, ...rest].join('')]
  return [bare, bare + AS_PICTURE, marked, marked + AS_PICTURE].find((candidate) => EMOJI.test(candidate))
}
