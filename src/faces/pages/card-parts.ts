import { handleForPeople } from '../../base/handles.ts'
import type { CardView } from '../../views/view.ts'
import { type Html, html, linkTo } from './html.ts'

/**
 * The page that a post links to. Its host stands first, whatever it calls itself, and its picture is left out: it would
 * tell its server who reads here.
 */
export function cardPart(card: CardView | null, handleHost: string): Html | false {
  const link = linkTo(card?.url)
  if (!card || link === undefined) return false
  const by = card.author
    ? html`<p class="soft">By <a href="${linkTo(card.author.url) ?? '#'}"${card.author.host !== null && html` rel="nofollow noopener noreferrer"`}><bdi>@${handleForPeople(card.author, handleHost)}</bdi></a></p>`
    : card.authorName !== '' && html`<p class="soft">By <bdi>${card.authorName}</bdi></p>`
  return html`<aside class="link" aria-label="The page that it links to">
<p class="soft"><bdi>${new URL(link).host}</bdi></p>
<p><a href="${link}" rel="nofollow noopener noreferrer"${card.language !== null && html` lang="${card.language}"`}><bdi>${card.title}</bdi></a></p>
${card.description !== '' && html`<p class="about" dir="auto">${card.description}</p>`}
${by}
</aside>`
}
