import type { Handle } from '../../base/handles.ts'
import type { AccountId, PostId } from '../../base/ids.ts'

/** Whom or what somebody meant. */
export type Found =
  | { readonly kind: 'account'; readonly account: { readonly id: AccountId } }
  | { readonly kind: 'post'; readonly postId: PostId }

/** What pages ask of other servers; `remote/` fills it and `app.ts` joins them. */
export interface Outside {
  /**
   * by handle, id or address of a page, asking its own server where it is not known here; whether the reader may see it is
   * not looked at
   * @throws Transient when that server cannot be asked now
   */
  find(text: string): Promise<Found | undefined>
  /**
   * the templates that a handle's server offers, by relation in lower case (FEP-3b86)
   * @throws Transient or Refusal when it does not say
   */
  templatesOf(handle: Handle & { readonly host: string }): Promise<ReadonlyMap<string, string>>
}
