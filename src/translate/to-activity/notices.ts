import type { Uris } from '../../base/uris.ts'
import type { NoticeView } from '../../views/notifications.ts'
import type { JsonObject } from '../json.ts'

const REQUESTS: Readonly<Record<string, string>> = {
  'quote-request': 'QuoteRequest',
  'reply-request': 'ReplyRequest',
  'like-request': 'LikeRequest',
  'boost-request': 'AnnounceRequest',
}

/** What somebody was told, as the activity that it tells of, where that is about no post that is shown with it. */
export function noticeActivity(id: string, notice: NoticeView, ownerUri: string, uris: Uris): JsonObject {
  const { kind, from, postUri, emoji, movedToUri, createdAt } = notice
  const base = { id, actor: from.uri, published: createdAt.toISOString(), to: [ownerUri] }
  if (kind === 'follow' || kind === 'follow_request') return { ...base, type: 'Follow', object: ownerUri }
  if (kind === 'move') return { ...base, type: 'Move', object: from.uri, target: movedToUri }
  const about = { ...base, object: postUri ?? uris.origin }
  if (kind === 'like') return { ...about, type: 'Like' }
  // As others send it: a like that says with which emoji.
  if (kind === 'reaction') return { ...about, type: 'Like', content: emoji[0] ?? null }
  return { ...about, type: REQUESTS[kind] ?? 'Update' }
}
