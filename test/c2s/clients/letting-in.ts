import type { SecureWeft } from '../../support/secure.ts'
import { answer, open } from '../consent.ts'

/** Somebody opens the address that an app sends them to, signs in and answers: where they are sent back to. */
export async function letIn(
  server: SecureWeft,
  name: string,
  address: URL,
  decision: 'allow' | 'deny' = 'allow',
): Promise<URL> {
  const visitor = server.visitor()
  await visitor.signIn(name)
  const asked = await open(visitor, address.href.slice(server.origin.length))
  const { status, headers, body } = await answer(visitor, asked, decision)
  const location = headers.get('location')
  if (status !== 303 || location === null) throw new Error(`no answer to the app: ${status} ${body}`)
  return new URL(location)
}
