import type { AccountId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import type { StatusView } from '../../views/statuses.ts'
import type { AccountView, PostView } from '../../views/view.ts'
import { authorFrom } from './account.ts'
import { answeredBy, itselfFrom, mineOf, readFrom, shownFrom, type Telling } from './status.ts'

// A page of posts is the same text again and again, but for what its reader has to do with. So the rest is kept as JSON by
// the objects that it was made of, which the views keep for as long as nothing changes, and goes with them.

/** The JSON of `statusFrom`, put together from texts that are known. */
export function statusText(view: StatusView, telling: Telling): string {
  const { post, boostOf } = view
  const shown = (boostOf ?? view).post
  const { uris } = telling
  const reblog = boostOf ? statusText(boostOf, telling) : 'null'
  return `{${itselfText(post)},${shownText(shown, uris)},"account":${authorText(post.author, uris)},"reblog":${reblog},${ownText(view, telling)}}`
}

/** The JSON of a list of them. */
export function statusesText(views: readonly StatusView[], telling: Telling): string {
  return `[${views.map((view) => statusText(view, telling)).join(',')}]`
}

/** The fields of an object, without its braces. */
function inner(value: object): string {
  return JSON.stringify(value).slice(1, -1)
}

const itself = new WeakMap<object, string>()
const itselfText = (post: PostView) => kept(itself, post.toAll, () => inner(itselfFrom(post)))

const shownTexts = new WeakMap<object, string>()
const shownText = (post: PostView, uris: Uris) =>
  kept(shownTexts, post.toAll, () => inner(shownFrom(post, uris)))

/** What of a post has to do with its reader, by whom that is: the same view may be shown to several. */
const own = new WeakMap<StatusView, { readonly readerId: AccountId | undefined; readonly text: string }>()

function ownText(view: StatusView, telling: Telling): string {
  const readerId = telling.reader?.id
  const known = own.get(view)
  if (known && known.readerId === readerId) return known.text
  const { post, boostOf } = view
  const shown = boostOf ?? view
  const text = inner({
    ...answeredBy(boostOf ? undefined : post),
    ...readFrom(shown, telling, 0),
    ...mineOf(view, telling),
  })
  // A poll runs out as time goes by.
  if (shown.post.poll === null && !shown.quoted?.post.poll) own.set(view, { readerId, text })
  return text
}

const authors = new WeakMap<AccountView, string>()

/** The JSON of an account, for as long as the view is the same. */
export function authorText(author: AccountView, uris: Uris): string {
  return kept(authors, author, () => JSON.stringify(authorFrom(author, uris)))
}

function kept<Key extends object>(
  texts: WeakMap<Key, string>,
  key: Key | undefined,
  make: () => string,
): string {
  const known = key && texts.get(key)
  if (known !== undefined) return known
  const made = make()
  if (key) texts.set(key, made)
  return made
}
