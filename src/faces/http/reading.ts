import type { AccountId } from '../../base/ids.ts'
import type { AccountView, PostView, Viewer } from '../../views/view.ts'
import type { Bearer } from './auth.ts'

/** One reading of one document: who asks, and what those who answer say about it. Fedify hands it to each of them. */
export interface Reading {
  /** whom a signature or a token proved; undefined: nobody in particular */
  readonly viewer: Viewer
  /** the app that asks, where it is one; it may know less than whom it asks for */
  readonly app?: Bearer
  /** everyone may have what was found */
  public: boolean
  /** many ask for it, so it is kept ready when it is public */
  lasting: boolean
  /** it was here and will not come back: 410 */
  gone: boolean
  /** of an actor, no more is to be said than who it is and what checks its signatures */
  readonly keysOnly: boolean
  /** whom the document is about, once found */
  account: AccountView | undefined
  /** whose it is, where neither of the two says so */
  ownerId: AccountId | undefined
  /** the post that it is, or belongs to, once found */
  post: PostView | undefined
  /** when it was last changed, where that is known */
  modified?: Date | undefined
  /** our own words for it instead of those of the response, where they are not put together by Fedify */
  text?: string
  /** where it is instead */
  redirect?: string
  /** further paths (`/ap/actors/1`) whose change makes the answer stale */
  readonly paths: string[]
}

export function newReading(viewer: Viewer, app?: Bearer, keysOnly = false): Reading {
  return {
    viewer,
    ...(app && { app }),
    public: false,
    lasting: false,
    gone: false,
    account: undefined,
    post: undefined,
    ownerId: undefined,
    paths: [],
    keysOnly,
  }
}

/** Whose the document turned out to be. */
export function ownerOf({ ownerId, post, account }: Reading): AccountId | undefined {
  return ownerId ?? post?.author.id ?? account?.id
}
