import type * as accounts from './accounts.ts'
import type * as posts from './posts.ts'
import type * as queue from './queue.ts'

/** Every table there is. Each has one owner: the `store.ts` (or `jobs` file) that writes it. */
export interface Database {
  account: accounts.AccountTable
  account_stat: accounts.AccountStatTable
  account_key: accounts.AccountKeyTable
  login: accounts.LoginTable
  session: accounts.SessionTable
  post: posts.PostTable
  post_stat: posts.PostStatTable
  post_edit: posts.PostEditTable
  mention: posts.MentionTable
  hashtag: posts.HashtagTable
  post_hashtag: posts.PostHashtagTable
  tombstone: posts.TombstoneTable
  activity: posts.ActivityTable
  follow: posts.FollowTable
  home_entry: posts.HomeEntryTable
  notification: posts.NotificationTable
  host: queue.HostTable
  inbox: queue.InboxTable
  host_queue: queue.HostQueueTable
  delivery: queue.DeliveryTable
  dead_delivery: queue.DeadDeliveryTable
  lane_queue: queue.LaneQueueTable
  lane_job: queue.LaneJobTable
  job: queue.JobTable
  dead_job: queue.DeadJobTable
  inbox_seen_a: queue.InboxSeenTable
  inbox_seen_b: queue.InboxSeenTable
  inbox_seen_turn: queue.InboxSeenTurnTable
  worker: queue.WorkerTable
}
