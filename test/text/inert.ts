import { unescapeHtml } from '../../src/text/escape.ts'

const NAMES = 'p|br|span|a|del|s|pre|blockquote|code|b|strong|u|i|em|ul|ol|li|ruby|rt|rp|div'
const OPEN = new RegExp(`^<(${NAMES})((?: [a-z]+="[^"<>]*"| reversed)*)( /)?>$`)
const CLOSE = new RegExp(`^</(${NAMES})>$`)
const CLASSES =
  /^(?:(?:h|p|u|dt|e)-[a-z0-9-]+|mention|hashtag|ellipsis|invisible|quote-inline)(?: (?:(?:h|p|u|dt|e)-[a-z0-9-]+|mention|hashtag|ellipsis|invisible|quote-inline))*$/
const HREF = /^(?:https?:\/\/[^/\\?#]|(?:mailto|xmpp|gemini|gopher|magnet|ipfs|ipns):)/i
const REL = /^(?:tag )?nofollow noopener noreferrer$/

/**
 * Why some HTML could do more than be read; undefined when it cannot. Written apart from the sanitiser: every `<` must
 * begin a tag of the allowed form with allowed attributes of allowed values.
 */
export function danger(html: string): string | undefined {
  for (const piece of html.match(/<[^>]*>?|[^<]+/g) ?? []) {
    if (!piece.startsWith('<')) {
      if (piece.includes('>')) return `a loose >: ${piece}`
      continue
    }
    if (CLOSE.test(piece)) continue
    const [, name = '', attributes = ''] = OPEN.exec(piece) ?? []
    if (name === '') return `a tag: ${piece}`
    for (const [, attribute = '', value = ''] of attributes.matchAll(/ ([a-z]+)(?:="([^"]*)")?/g)) {
      const reason = dangerousAttribute(name, attribute, unescapeHtml(value))
      if (reason) return `${reason}: ${piece}`
    }
    if (name === 'a' && !/ rel="/.test(attributes)) return `a link without rel: ${piece}`
  }
  return undefined
}

function dangerousAttribute(name: string, attribute: string, value: string): string | undefined {
  const fine =
    (attribute === 'class' && CLASSES.test(value)) ||
    (attribute === 'translate' && /^(?:yes|no)$/.test(value)) ||
    (name === 'a' && attribute === 'href' && HREF.test(value)) ||
    (name === 'a' && attribute === 'rel' && REL.test(value)) ||
    (name === 'a' && attribute === 'target' && value === '_blank') ||
    (name === 'ol' && (attribute === 'reversed' || (attribute === 'start' && /^-?\d+$/.test(value)))) ||
    (name === 'li' && attribute === 'value' && /^-?\d+$/.test(value))
  return fine ? undefined : `an attribute ${attribute}`
}
