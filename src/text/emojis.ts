/** What a shortcode may be made of, wherever it is from. */
const SHORTCODE = /:([A-Za-z0-9_+.-]{1,64}):/g
/** More are not looked for in one text. */
const MOST = 100

/** The shortcodes that a text, plain or HTML, might mean, each once. Times like 10:30:00 look alike and find nothing. */
export function shortcodesIn(text: string): string[] {
  if (!text.includes(':')) return []
  const found = new Set<string>()
  // Neighbours share a colon when people write them in a row.
  for (let at = text.indexOf(':'); at !== -1 && found.size < MOST; ) {
    SHORTCODE.lastIndex = at
    const match = SHORTCODE.exec(text)
    if (match === null) break
    found.add(match[1] ?? '')
    at = match.index + match[0].length - 1
  }
  return [...found]
}

/** Elements in which a colon is a colon. */
const LITERAL = /^<(\/?)(?:a|code|pre)[ >]/

/**
 * Lets pictures stand for the shortcodes of a text in our own fixed form of HTML, outside of links and code.
 * @param picture the HTML for a shortcode; undefined leaves it as text
 */
export function withPictures(html: string, picture: (shortcode: string) => string | undefined): string {
  if (!html.includes(':')) return html
  let literal = 0
  return html.replace(/<[^>]*>|[^<]+/g, (part) => {
    if (part.startsWith('<')) {
      const tag = LITERAL.exec(part)
      if (tag) literal += tag[1] === '/' ? -1 : 1
      return part
    }
    return literal > 0 ? part : replaced(part, picture)
  })
}

function replaced(text: string, picture: (shortcode: string) => string | undefined): string {
  let shown = ''
  let from = 0
  for (let at = text.indexOf(':'); at !== -1; ) {
    SHORTCODE.lastIndex = at
    const match = SHORTCODE.exec(text)
    if (match === null) break
    const html = picture(match[1] ?? '')
    const end = match.index + match[0].length
    if (html !== undefined) {
      shown += text.slice(from, match.index) + html
      from = end
    }
    at = html === undefined ? end - 1 : text.indexOf(':', end)
  }
  return shown + text.slice(from)
}
