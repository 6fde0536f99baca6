import type { ReactionGroup } from '../../views/reactions.ts'
import type { PostView } from '../../views/view.ts'
import { outward, profileLink, short, titleOf } from './account-parts.ts'
import { type Html, html } from './html.ts'
import { icons } from './icons.ts'

/** Who shows a post again, above it; a group does so with what was said in it. */
export function boostLine({ author }: PostView): Html {
  const link = profileLink(author)
  const who = html`<a href="${link ?? '#'}"${outward(author)}><bdi>${titleOf(author)}</bdi></a>`
  return html`<p class="boosted">${icons.boost}<span>${author.kind === 'group' ? html`in ${who}` : html`${who} boosted`}</span></p>`
}

/** The emoji put to a post with how many did; a custom one by its name, since nothing is fetched from elsewhere. */
export function emojiLine(groups: readonly ReactionGroup[]): Html | false {
  if (groups.length === 0) return false
  return html`<ul class="emoji" aria-label="Reactions">${groups.map(
    ({ emoji, count }) =>
      html`<li><span class="which" title="${emoji}">${nameOf(emoji)}</span> <span>${short(count)}</span></li>`,
  )}</ul>`
}

/** `:name@host:` without the host: that is for the title. */
function nameOf(emoji: string): string {
  return emoji.replace(/^:([^@:]+)@[^:]*:$/, ':$1:')
}
