/** What stands behind a star costs as much, letter by letter, as the address is long; honest files hold little of it. */
const MOST_BEHIND_STARS = 10_000
const NOTHING = 'User-agent: *\nDisallow: /\n'

/**
 * Of a `robots.txt` (RFC 9309 §2.2) what concerns one reader: the rules of the groups that name it or everybody, so that
 * lists of other names cost nothing. A file whose rules would take long to match allows nothing.
 * @param name of the reader, in lower case
 */
export function robotsTextFor(text: string, name: string): string {
  const kept: string[] = []
  let agents = new Set<string>()
  let naming = false
  let behindStars = 0
  for (const line of text.split(/[\r\n]+/)) {
    const [, key = '', value = ''] = /^([^:#]*):([^#]*)/.exec(line) ?? []
    const word = key.trim().toLowerCase()
    if (word === 'user-agent') {
      if (!naming) agents = new Set()
      naming = true
      const agent = value.toLowerCase().replace(/\/.*/, '').trim()
      if (agent === name || agent === '*') agents.add(agent)
    } else if (word === 'allow' || word === 'disallow') {
      if (naming) kept.push(...[...agents].map((agent) => `User-agent: ${agent}`))
      naming = false
      if (agents.size === 0) continue
      const pattern = value.trim().replace(/\*{2,}/g, '*')
      behindStars += pattern.includes('*') ? pattern.length - pattern.indexOf('*') : 0
      if (behindStars > MOST_BEHIND_STARS) return NOTHING
      kept.push(`${word}: ${pattern}`)
    }
  }
  return kept.join('\n')
}
