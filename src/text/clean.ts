/**
 * What PostgreSQL can store as text and UTF-8 can carry: NUL is dropped, a lone surrogate becomes U+FFFD.
 * Everything else is kept as it came.
 */
export function cleanText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '') : wellFormed
}

/**
 * One line for a name or a title: control characters and line breaks become spaces, runs of space one space, and the
 * direction overrides that could turn a name's neighbours around (U+202A–U+202E) are dropped.
 */
export function cleanLine(text: string): string {
  return cleanText(text)
    .replace(/[\u202a-\u202e]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

/** At most `limit` UTF-16 units of a text, never ending in half a character. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)
}
