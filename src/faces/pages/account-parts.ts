import { handleForPeople } from '../../base/handles.ts'
import type { AccountView } from '../../views/view.ts'
import { type Html, html, linkTo } from './html.ts'

const TONES = 6n

type Named = Pick<AccountView, 'id' | 'name' | 'host' | 'displayName' | 'avatarUrl' | 'avatarAlt'>

/** What an account is called: the name it chose, or that of its handle. */
export function titleOf(account: Pick<AccountView, 'name' | 'displayName'>): string {
  return account.displayName.trim() || account.name
}

/**
 * The picture of somebody here, or a coloured disc with the first letter of the name: nothing is fetched from elsewhere,
 * which would tell them who reads.
 */
export function avatar(account: Named, size: 'small' | 'large' = 'small'): Html {
  if (account.host === null && account.avatarUrl !== null)
    return html`<img class="avatar ${size} u-photo" src="${account.avatarUrl}" alt="${account.avatarAlt}" loading="lazy">`
  const letter = /[\p{L}\p{N}]/u.exec(titleOf(account))?.[0] ?? '@'
  const tone = Number(BigInt(account.id) % TONES)
  return html`<span class="avatar ${size} tone-${tone}" aria-hidden="true">${letter.toUpperCase()}</span>`
}

/** Where an account's page is; remote accounts have theirs at home. */
export function profileLink(account: Pick<AccountView, 'name' | 'host' | 'url'>): string | undefined {
  return account.host === null ? `/@${account.name}` : linkTo(account.url)
}

/** Leaves for another server without telling it where from, and lends it no weight. */
export function outward(account: Pick<AccountView, 'host'>): Html | false {
  return account.host !== null && html` rel="nofollow noopener noreferrer"`
}

/** `@name@host`; the host in its own script. */
export function handleOf(account: Pick<AccountView, 'name' | 'host'>, handleHost: string): string {
  return `@${handleForPeople({ name: account.name, host: account.host }, handleHost)}`
}

export function counted(count: number, one: string, many: string): Html {
  return html`<span><strong>${short(count)}</strong> ${count === 1 ? one : many}</span>`
}

/** 1234 → 1,234; 12345 → 12.3K */
export function short(count: number): string {
  return count < 10_000
    ? count.toLocaleString('en')
    : new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count)
}
