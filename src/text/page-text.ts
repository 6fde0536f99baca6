const LOOKED_AT = 2048
const META = /<meta[^>]{0,400}charset\s{0,8}=\s{0,8}["']?\s{0,8}([a-z0-9_:.-]{1,40})/i

/**
 * The text of an HTML page from its bytes: by its byte order mark, what its header says, what it says itself, UTF-8 where
 * that fits, and windows-1252 at last, as browsers do.
 */
export function pageTextFrom(bytes: Uint8Array, contentType: string): string {
  const declared = /;\s*charset\s*=\s*"?([a-z0-9_:.-]{1,40})/i.exec(contentType)?.[1]
  const start = Buffer.from(bytes.subarray(0, LOOKED_AT)).toString('latin1')
  const label = markIn(bytes) ?? declared ?? META.exec(start)?.[1]
  return (
    (label === undefined ? undefined : decoded(bytes, label, false)) ??
    decoded(bytes, 'utf-8', true) ??
    decoded(bytes, 'windows-1252', false) ??
    ''
  )
}

function markIn([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined
}

/** Undefined for an encoding that nobody knows, and for bytes that are none of it. A page that was cut may end anywhere. */
function decoded(bytes: Uint8Array, label: string, fatal: boolean): string | undefined {
  try {
    return new TextDecoder(label, { fatal }).decode(bytes, { stream: true })
  } catch {
    return undefined
  }
}
