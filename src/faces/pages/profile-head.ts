import { shownAccountCounts } from '../../views/counts.ts'
import type { AccountView } from '../../views/view.ts'
import { avatar, counted, handleOf, short } from './account-parts.ts'
import { nameOf, withEmojis } from './held-parts.ts'
import { type Html, html, linkTo } from './html.ts'
import { fieldList, kindMark, movedNote } from './profile-parts.ts'
import { month } from './times.ts'

/** The head of a profile. */
export function profileHeader(account: AccountView, handleHost: string): Html {
  const { posts, followers, following } = shownAccountCounts(account)
  const address = account.host === null ? `/@${account.name}` : (linkTo(account.url) ?? '#')
  const theirs = posts.theirs || followers.theirs || following.theirs
  return html`<header class="profile h-card">
<div class="who">
<div>
<h1 class="p-name" dir="auto">${nameOf(account)}</h1>
<p class="handle u-nickname"><bdi>${handleOf(account, handleHost)}</bdi>${kindMark(account)}</p>
</div>
${avatar(account, 'large')}
</div>
<a class="u-url u-uid" href="${address}" hidden></a>
${account.movedToUri !== null && movedNote(account.movedToUri)}
${account.bioHtml !== '' && html`<div class="prose p-note" dir="auto">${withEmojis(account.bioHtml, account.emojis)}</div>`}
${account.fields.length > 0 && fieldList(account.fields)}
<p class="counts"${theirs && html` title="counted by ${account.host ?? ''}"`}>${counted(posts.count, 'post', 'posts')} ${counted(followers.count, 'follower', 'followers')} <span><strong>${short(following.count)}</strong> following</span> <span>Joined ${month(account.createdAt)}</span></p>
</header>`
}
