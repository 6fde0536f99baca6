import { registerAccount } from '../../../src/domain/accounts/register.ts'
import { createVisitor, PASSWORD } from '../../faces/pages/site.ts'
import type { Whole } from '../whole.ts'

/** A browser of somebody here, who is signed in. */
export async function browserOf(server: Whole, name: string) {
  const visitor = createVisitor('', {}, async (path, init) => {
    const reply = await server.ask(path, {
      method: init.method ?? 'GET',
      headers: {
        ...(init.body != null && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...Object.fromEntries(new Headers(init.headers)),
      },
      ...(init.body != null && { body: String(init.body) }),
    })
    const headers = new Headers()
    for (const [key, value] of Object.entries(reply.headers))
      for (const each of [value ?? []].flat()) headers.append(key, each)
    return new Response([204, 303, 304].includes(reply.status) ? null : reply.text, {
      status: reply.status,
      headers,
    })
  })
  await registerAccount(server.world, { name, password: PASSWORD, displayName: name })
  const { status, body } = await visitor.signIn(name)
  if (status !== 303) throw new Error(`${name} could not sign in: ${status} ${body}`)
  return visitor
}

export type Browser = Awaited<ReturnType<typeof browserOf>>
