import { cleanLine } from '../../text/clean.ts'

const LONGEST = 2048

/** Whether a client_id is the address of the client's own description; one of ours never looks like that. */
export function isClientAddress(clientId: string): boolean {
  return /^https?:\/\//i.test(clientId)
}

/**
 * What is wrong with an address as the name of a client; undefined when nothing is. It must be written in the one form
 * that there is of it, for names are compared letter by letter: no dot segments, no capitals in the host, no usual port.
 * Plain http is a question of where the host lies, which whoever asks it has to know.
 */
export function whyNoClientAddress(clientId: string): string | undefined {
  if (clientId.length > LONGEST) return 'its address is too long'
  if (!/^[\x21-\x7e]+$/.test(clientId)) return 'its address is not a plain one'
  const url = URL.parse(clientId)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'its address is not an https address'
  if (clientId.includes('#')) return 'its address has a fragment'
  if (url.username !== '' || url.password !== '' || clientId.includes('@')) return 'its address names a user'
  if (!/^https?:\/\/[^/?]+\//.test(clientId)) return 'its address has no path'
  if (url.href !== clientId) return 'its address is not in canonical form'
  return undefined
}

/** The host that stands for a client before people: where its description lies, or nothing for one that registered. */
export function hostOfClient(clientId: string): string | undefined {
  return isClientAddress(clientId) ? cleanLine(URL.parse(clientId)?.host ?? '') || undefined : undefined
}
