import { unescapeHtml } from './escape.ts'
import { sanitise } from './sanitise.ts'

/**
 * The words of an HTML text: a paragraph ends in an empty line, a line break is one, links keep their whole address as
 * shown. Never throws. What it returns is text, to be escaped like any other before it is shown as HTML.
 */
export function plainTextFrom(html: string): string {
  const clean = sanitise(html)
  if (!/[<&]/.test(clean)) return clean.trim()
  // In our own fixed form every `<` starts a tag, so these patterns miss nothing.
  const text = clean
    .replace(/<br \/>\n?/g, '\n')
    .replace(/<\/(?:p|div|ul|ol|blockquote|pre)>/g, '\n\n')
    .replace(/<\/li>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  return unescapeHtml(text)
}

const UNLIKELY_TAG =
  /<(?!\/?(?:p|br|a|span|div|b|i|u|s|em|strong|del|code|pre|h[1-6]|ul|ol|li|blockquote|img)\b)/gi

/**
 * The words of what is HTML where some servers write it and plain text where others do, such as a content warning: what
 * would be a tag that nobody writes in such places is text.
 */
export function plainTextFromEither(text: string): string {
  return plainTextFrom(text.replace(UNLIKELY_TAG, '&lt;'))
}
