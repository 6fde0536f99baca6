import { handleForPeople } from '../../base/handles.ts'
import type { AccountView } from '../../views/view.ts'
import { type Html, html, linkTo, raw } from './html.ts'
import { month } from './times.ts'

const TONES = 6n

type Named = Pick<AccountView, 'id' | 'name' | 'host' | 'displayName'>

/** What an account is called: the name it chose, or that of its handle. */
export function titleOf(account: Pick<AccountView, 'name' | 'displayName'>): string {
  return account.displayName.trim() || account.name
}

/** A coloured disc with the first letter of the name: nothing is fetched from anywhere, not even from us. */
export function avatar(account: Named, size: 'small' | 'large' = 'small'): Html {
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

/** The head of a profile. */
export function profileHeader(account: AccountView, handleHost: string): Html {
  const { posts, followers, following } = account.counts
  return html`<header class="profile h-card">
<div class="who">
<div>
<h1 class="p-name" dir="auto">${titleOf(account)}</h1>
<p class="handle u-nickname"><bdi>${handleOf(account, handleHost)}</bdi></p>
</div>
${avatar(account, 'large')}
</div>
<a class="u-url u-uid" href="/@${account.name}" hidden></a>
${account.movedToUri !== null && moved(account.movedToUri)}
${account.bioHtml !== '' && html`<div class="prose p-note" dir="auto">${raw(account.bioHtml)}</div>`}
${account.fields.length > 0 && fields(account)}
<p class="counts">${counted(posts, 'post', 'posts')} ${counted(followers, 'follower', 'followers')} <span><strong>${short(following)}</strong> following</span> <span>Joined ${month(account.createdAt)}</span></p>
</header>`
}

function fields(account: AccountView): Html {
  return html`<dl class="fields">${account.fields.map(
    (field) =>
      html`<div><dt dir="auto">${field.name}</dt><dd class="prose" dir="auto">${raw(field.value)}</dd></div>`,
  )}</dl>`
}

function moved(uri: string): Html | false {
  const link = linkTo(uri)
  return (
    link !== undefined &&
    html`<p class="note">This account has moved to <a href="${link}" rel="nofollow noopener noreferrer">${link}</a>.</p>`
  )
}
