import type { Generated, GeneratedAlways } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'

export interface PostOriginTable {
  post_id: PostId
  replies: number | null
  likes: number | null
  boosts: number | null
  asked_at: Date | null
}

export interface AccountOriginTable {
  account_id: AccountId
  posts: number | null
  followers: number | null
  following: number | null
  asked_at: Date | null
}

export interface CrawlTable {
  id: GeneratedAlways<string>
  post_id: PostId | null
  account_id: AccountId | null
  round: Generated<number>
  began_at: Date
  ended_at: Date | null
  waiting: Generated<number>
  asked: Generated<number>
  found: Generated<number>
  next_url: string | null
}

export interface CrawlSeenTable {
  crawl_id: string
  key: Buffer
}

export interface ErrandQueueTable {
  host_id: number
  due_at: Date | null
  lease: Generated<string>
  wakes: Generated<string>
  owner: number | null
  tries: Generated<number>
  failures: Generated<number>
  minute: Date | null
  asked: Generated<number>
}

export interface ErrandTable {
  id: GeneratedAlways<string>
  host_id: number
  subject: string
  round: number
  rank: number
  kind: string
  url: string
  detail: string
  not_before: Date | null
  attempts: Generated<number>
  created_at: Generated<Date>
}
