import { type NotificationId, type PostId, readId } from '../../base/ids.ts'
import { GROUP_MS, type Group, type GroupedKind } from '../../domain/notifications/group.ts'

const WORDS = { like: 'favourite', boost: 'reblog', follow: 'follow' } as const satisfies Record<
  GroupedKind,
  string
>
const KEY = /^(favourite|reblog|follow)(?:-(\d{1,19}))?-(\d{1,9})$/
/** The last span that a date can hold. */
const LAST_SPAN = 8.64e15 / GROUP_MS - 1

/** How apps name a group. It stays the same while the group grows. */
export function groupKeyOf(group: Group): string {
  if ('id' in group) return `ungrouped-${group.id}`
  return [WORDS[group.kind], ...(group.postId === null ? [] : [group.postId]), group.span].join('-')
}

/** The group by the name that apps have for it; undefined for what is none. */
export function groupFromKey(key: string): Group | undefined {
  const alone = /^ungrouped-(\d+)$/.exec(key)
  if (alone) {
    const id = readId<NotificationId>(alone[1] ?? '')
    return id && { id }
  }
  const [, word, post, span] = KEY.exec(key) ?? []
  const kind = (Object.keys(WORDS) as GroupedKind[]).find((each) => WORDS[each] === word)
  if (kind === undefined || (kind === 'follow') !== (post === undefined) || Number(span) > LAST_SPAN)
    return undefined
  const postId = post === undefined ? null : readId<PostId>(post)
  return postId === undefined ? undefined : { kind, postId, span: Number(span) }
}
