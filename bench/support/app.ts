import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { issueToken } from '../../src/domain/grants/issue.ts'
import { scopesFrom } from '../../src/domain/grants/scopes.ts'
import type { BenchServer } from './server.ts'

/** The headers of an app that may do everything for somebody. */
export async function appOf(server: BenchServer, account: LocalAccount): Promise<Record<string, string>> {
  const { accessToken } = await issueToken(server.house.world, {
    accountId: account.id,
    scopes: scopesFrom('read write follow'),
  })
  return { authorization: `Bearer ${accessToken}`, accept: 'application/activity+json' }
}
