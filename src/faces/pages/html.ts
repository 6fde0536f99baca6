import { escapeHtml } from '../../text/escape.ts'

const markup = Symbol('html')

/** HTML that is safe to send: made by `html` or vouched for by `raw`, and nowhere else. */
export interface Html {
  readonly [markup]: string
  toString(): string
}

type Piece = Html | string | number | false | null | undefined | readonly Piece[]

/**
 * A template whose values are escaped, for text and for quoted attributes alike. Other `html` goes in as it is, lists
 * are joined, and `false`, `null` and `undefined` are nothing.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  let text = strings[0] ?? ''
  values.forEach((value, index) => {
    text += written(value) + (strings[index + 1] ?? '')
  })
  return raw(text)
}

/** Vouches for a string as HTML: only for what has been sanitised, or is a file of ours. */
export function raw(text: string): Html {
  return { [markup]: text, toString: () => text }
}

/** An address that may be a link: http and https only, and undefined for everything else. */
export function linkTo(url: string | null | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined
  const { protocol } = new URL(url)
  return protocol === 'https:' || protocol === 'http:' ? url : undefined
}

function written(value: Piece): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  if (isHtml(value)) return value[markup]
  return value.map(written).join('')
}

function isHtml(value: Html | readonly Piece[]): value is Html {
  return markup in value
}
