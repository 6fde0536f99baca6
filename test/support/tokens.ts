import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { issueToken } from '../../src/domain/grants/issue.ts'
import { scopesFrom } from '../../src/domain/grants/scopes.ts'
import type { World } from '../../src/domain/world.ts'

export interface TokenOptions {
  /** `read write follow push` unless told */
  readonly scope?: string
  /** an app that becomes known by this; the command line's unless told */
  readonly clientId?: string
  readonly expiresInSeconds?: number
}

/** An access token of somebody here, as an app has it. */
export async function tokenFor(
  world: World,
  account: LocalAccount,
  { scope = 'read write follow push', clientId, expiresInSeconds }: TokenOptions = {},
): Promise<string> {
  if (clientId !== undefined) {
    await world.db
      .insertInto('client')
      .values({ id: clientId, kind: 'document', name: 'an app of the tests', created_at: world.clock.now() })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  const { accessToken } = await issueToken(world, {
    accountId: account.id,
    scopes: scopesFrom(scope),
    ...(clientId !== undefined && { clientId }),
    ...(expiresInSeconds !== undefined && { expiresInSeconds }),
  })
  return accessToken
}

/** What goes along with a request in that token's name. */
export function bearing(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}
