import type { ProfileField } from '../../domain/accounts/account.ts'
import type { FeaturedTagView } from '../../views/featured.ts'
import type { AccountView, Page, PostView } from '../../views/view.ts'
import { type Html, html, linkTo, raw } from './html.ts'
import { icons } from './icons.ts'
import { type PostSetting, postArticle } from './post-parts.ts'
import { fullTime } from './times.ts'

/** What kind of account it is, where that is not just a person. */
export function kindMark({ kind, memorial }: Pick<AccountView, 'kind' | 'memorial'>): Html | false {
  const word = memorial
    ? 'In memoriam'
    : kind === 'service' || kind === 'application'
      ? 'Bot'
      : kind === 'group'
        ? 'Group'
        : ''
  return word !== '' && html` <span class="kind">${word}</span>`
}

/** The fields of a profile; those whose page links back carry a mark. */
export function fieldList(fields: readonly ProfileField[]): Html {
  return html`<dl class="fields">${fields.map(
    ({ name, value, verifiedAt }) =>
      html`<div${verifiedAt !== undefined && html` class="verified"`}><dt dir="auto">${name}</dt><dd class="prose" dir="auto">${raw(value)}${verifiedAt !== undefined && verifiedMark(verifiedAt)}</dd></div>`,
  )}</dl>`
}

function verifiedMark(verifiedAt: string): Html {
  const when = fullTime(new Date(verifiedAt))
  return html` <span class="tick" title="This page links back; looked at on ${when}">${icons.tick}<span class="unseen">verified</span></span>`
}

/** Where somebody is now. */
export function movedNote(uri: string): Html | false {
  const link = linkTo(uri)
  return (
    link !== undefined &&
    html`<p class="note">This account has moved to <a href="${link}" rel="nofollow noopener noreferrer">${link}</a>.</p>`
  )
}

/** The posts on top of a profile. */
export function pinnedPosts(posts: readonly PostView[], setting: PostSetting): Html | false {
  return (
    posts.length > 0 &&
    html`<section class="pinned" aria-label="Pinned posts"><h2>Pinned</h2>${posts.map((post) => postArticle(post, setting, { place: 'list' }))}</section>`
  )
}

/** The rest: what stands on top is not shown a second time. */
export function withoutPinned(posts: Page<PostView>, pinned: readonly PostView[]): Page<PostView> {
  const onTop = new Set(pinned.map(({ id }) => id))
  return { ...posts, items: posts.items.filter(({ id }) => !onTop.has(id)) }
}

/** The hashtags that somebody features; of people here, whose tags have pages here. */
export function featuredTags(tags: readonly FeaturedTagView[]): Html | false {
  return (
    tags.length > 0 &&
    html`<p class="tags">${tags.map(({ name, displayName }) => html`<a class="p-category" href="/tags/${encodeURIComponent(name)}" rel="tag">#${displayName}</a> `)}</p>`
  )
}
