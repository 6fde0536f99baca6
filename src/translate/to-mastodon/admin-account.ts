import type { Uris } from '../../base/uris.ts'
import type { MemberView } from '../../views/members.ts'
import { accountFrom, type MastodonAccount, type MastodonRole, roleFrom } from './account.ts'
import { dateWord } from './words.ts'

export interface MastodonAdminAccount {
  readonly id: string
  readonly username: string
  readonly domain: string | null
  readonly created_at: string
  readonly email: string | null
  /** where people come from is not written down here */
  readonly ip: null
  readonly ips: readonly never[]
  readonly locale: string | null
  readonly invite_request: string | null
  readonly role: MastodonRole | null
  readonly confirmed: boolean
  readonly approved: boolean
  readonly disabled: boolean
  readonly silenced: boolean
  readonly suspended: boolean
  readonly sensitized: boolean
  readonly account: MastodonAccount
  readonly invited_by_account_id?: string
}

/** An account as those who look after the server see it; one from elsewhere waits for nothing here. */
export function adminAccountFrom(member: MemberView, uris: Uris): MastodonAdminAccount {
  const { account, login } = member
  return {
    id: account.id,
    username: account.name,
    domain: account.host,
    created_at: dateWord(account.createdAt),
    email: login?.email ?? null,
    ip: null,
    ips: [],
    locale: login?.language ?? null,
    invite_request: login?.reason ?? null,
    role: login && roleFrom(login.role),
    confirmed: login?.confirmed ?? true,
    approved: login?.approved ?? true,
    disabled: login?.disabled ?? false,
    silenced: member.limited,
    suspended: member.suspended,
    sensitized: member.sensitized,
    account: accountFrom(account, uris),
    ...(login?.invitedBy && { invited_by_account_id: login.invitedBy }),
  }
}
