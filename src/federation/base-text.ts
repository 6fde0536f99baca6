import { header, type Signature, type SignedRequest, unreadable } from './signatures.ts'

/**
 * The texts of which one must have been signed. There are two only where a request has a query and the older form is
 * used: some sign path and query, as the draft wants it, some the path alone.
 * @throws Refusal 'signature.invalid' when the signature covers something that the request does not have
 */
export function baseTexts(signature: Signature, request: SignedRequest): readonly string[] {
  const url = new URL(request.url)
  if (signature.form === 'rfc9421') return [rfc9421Text(signature, request, url)]
  const whole = cavageText(signature, request, url.pathname + url.search)
  return url.search === '' ? [whole] : [whole, cavageText(signature, request, url.pathname)]
}

/** draft-cavage-http-signatures-12, section 2.3. */
function cavageText(
  { covered, created, expires }: Signature,
  request: SignedRequest,
  target: string,
): string {
  return covered
    .map((name) => {
      if (name === '(request-target)') return `${name}: ${request.method.toLowerCase()} ${target}`
      if (name === '(created)') return `${name}: ${created}`
      if (name === '(expires)') return `${name}: ${expires}`
      return `${name}: ${fieldOf(request, name)}`
    })
    .join('\n')
}

/** RFC 9421, section 2.5. */
function rfc9421Text({ covered, parameters }: Signature, request: SignedRequest, url: URL): string {
  const lines = covered.map((name) => {
    const value = name.startsWith('@') ? derivedValue(name, request, url) : fieldOf(request, name)
    return `"${name}": ${value}`
  })
  return [...lines, `"@signature-params": ${parameters}`].join('\n')
}

/** RFC 9421, section 2.2. */
function derivedValue(name: string, request: SignedRequest, url: URL): string {
  switch (name) {
    case '@method':
      return request.method
    case '@target-uri':
      return url.href
    case '@authority':
      return url.host
    case '@scheme':
      return url.protocol.slice(0, -1)
    case '@path':
      return url.pathname
    case '@query':
      return url.search || '?'
    case '@request-target':
      return url.pathname + url.search
    default:
      return unreadable(`the component ${name} is not known here`)
  }
}

function fieldOf(request: SignedRequest, name: string): string {
  const value = Object.hasOwn(request.headers, name) ? header(request, name) : undefined
  return value?.trim() ?? unreadable(`the signature covers ${name}, which the request does not have`)
}
