import type { List } from '../../domain/lists/find.ts'

export interface MastodonList {
  readonly id: string
  readonly title: string
  readonly replies_policy: 'followed' | 'list' | 'none'
  readonly exclusive: boolean
}

export function listFrom({ id, title, replies, exclusive }: List): MastodonList {
  return { id, title, replies_policy: replies, exclusive }
}
