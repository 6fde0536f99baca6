/**
 * What an Accept header likes best: the ActivityStreams representation, a page, some other JSON, or nothing that we
 * could tell apart (a wildcard, an image, no header at all).
 */
export type Wish = 'activity' | 'html' | 'json' | 'any'

const KINDS: Readonly<Record<string, Wish>> = {
  'application/activity+json': 'activity',
  'application/ld+json': 'activity',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'application/json': 'json',
  'application/jrd+json': 'json',
}

const remembered = new Map<string, Wish>()
const MOST_REMEMBERED = 500
const LONGEST_REMEMBERED = 300

/**
 * Reads an Accept header, however broken. The highest quality wins, at equal quality what stands first; the profile of
 * `application/ld+json` is not looked at, since peers ask with it, without it and with others.
 */
export function wishFrom(accept: string | undefined): Wish {
  if (accept === undefined || accept === '') return 'any'
  const known = remembered.get(accept)
  if (known !== undefined) return known
  const wish = read(accept)
  if (accept.length <= LONGEST_REMEMBERED) {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    remembered.set(accept, wish)
  }
  return wish
}

function read(accept: string): Wish {
  let best: Wish = 'any'
  let bestQuality = 0
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';')
    const kind = KINDS[type.trim().toLowerCase()]
    if (kind === undefined) continue
    const quality = qualityFrom(parameters)
    if (quality <= bestQuality) continue
    best = kind
    bestQuality = quality
  }
  return best
}

function qualityFrom(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const value = /^\s*q\s*=\s*([0-9.]+)\s*$/i.exec(parameter)?.[1]
    if (value !== undefined) return Number.parseFloat(value) || 0
  }
  return 1
}

const PROFILE = /^\s*profile\s*=\s*"?[^"]*https:\/\/www\.w3\.org\/ns\/activitystreams/i

/**
 * Whether an Accept header would rather have `application/ld+json` with the profile of ActivityStreams than
 * `application/activity+json`: at equal quality what stands first.
 */
export function wantsLinkedData(accept: string | undefined): boolean {
  if (accept === undefined || !accept.includes('profile')) return false
  let best = 0
  let linked = false
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';')
    const name = type.trim().toLowerCase()
    const isLinked = name === 'application/ld+json' && parameters.some((each) => PROFILE.test(each))
    if (!isLinked && name !== 'application/activity+json') continue
    const quality = qualityFrom(parameters)
    if (quality > best) {
      best = quality
      linked = isLinked
    }
  }
  return linked
}
