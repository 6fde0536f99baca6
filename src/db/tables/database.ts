import type * as accounts from './accounts.ts'
import type * as admin from './admin.ts'
import type * as collections from './collections.ts'
import type * as content from './content.ts'
import type * as crawls from './crawls.ts'
import type * as events from './events.ts'
import type * as grants from './grants.ts'
import type * as inboxes from './inboxes.ts'
import type * as invites from './invites.ts'
import type * as kept from './kept.ts'
import type * as lifecycle from './lifecycle.ts'
import type * as moderation from './moderation.ts'
import type * as notifications from './notifications.ts'
import type * as objects from './objects.ts'
import type * as posts from './posts.ts'
import type * as previews from './previews.ts'
import type * as push from './push.ts'
import type * as queue from './queue.ts'
import type * as quotes from './quotes.ts'
import type * as reactions from './reactions.ts'
import type * as regards from './regards.ts'
import type * as search from './search.ts'
import type * as secondFactors from './second-factors.ts'
import type * as server from './server.ts'
import type * as timelines from './timelines.ts'
import type * as trends from './trends.ts'

/** Every table there is. Each has one owner: the `store.ts` (or `jobs` file) that writes it. */
export interface Database {
  account: accounts.AccountTable
  account_stat: accounts.AccountStatTable
  account_key: accounts.AccountKeyTable
  login: accounts.LoginTable
  session: accounts.SessionTable
  authenticator: secondFactors.AuthenticatorTable
  passkey: secondFactors.PasskeyTable
  recovery_code: secondFactors.RecoveryCodeTable
  second_step: secondFactors.SecondStepTable
  challenge_used: secondFactors.ChallengeUsedTable
  invite: invites.InviteTable
  post: posts.PostTable
  post_stat: posts.PostStatTable
  post_edit: posts.PostEditTable
  mention: posts.MentionTable
  hashtag: posts.HashtagTable
  post_hashtag: posts.PostHashtagTable
  tombstone: posts.TombstoneTable
  activity: posts.ActivityTable
  object: objects.ObjectTable
  object_edit: objects.ObjectEditTable
  object_reaction: objects.ObjectReactionTable
  object_recipient: objects.ObjectRecipientTable
  activity_recipient: objects.ActivityRecipientTable
  idempotency_key: objects.IdempotencyKeyTable
  follow: posts.FollowTable
  home_entry: posts.HomeEntryTable
  attachment: content.AttachmentTable
  stray_file: content.StrayFileTable
  unready_file: content.UnreadyFileTable
  poll: content.PollTable
  poll_option: content.PollOptionTable
  poll_vote: content.PollVoteTable
  custom_emoji: content.CustomEmojiTable
  notification: posts.NotificationTable
  notification_policy: notifications.NotificationPolicyTable
  notification_sender: notifications.NotificationSenderTable
  push_subscription: push.PushSubscriptionTable
  reaction: reactions.ReactionTable
  reaction_echo: reactions.ReactionEchoTable
  quote: quotes.QuoteTable
  bookmark: kept.BookmarkTable
  conversation_mute: kept.ConversationMuteTable
  scheduled_post: kept.ScheduledPostTable
  account_remark: regards.AccountRemarkTable
  endorsement: regards.EndorsementTable
  approval: quotes.ApprovalTable
  collection: collections.CollectionTable
  collection_recipient: collections.CollectionRecipientTable
  collection_item: collections.CollectionItemTable
  undone_activity: collections.UndoneActivityTable
  pinned_post: lifecycle.PinnedPostTable
  featured_tag: lifecycle.FeaturedTagTable
  profile_image: lifecycle.ProfileImageTable
  relay: lifecycle.RelayTable
  alive: lifecycle.AliveTable
  post_origin: crawls.PostOriginTable
  account_origin: crawls.AccountOriginTable
  crawl: crawls.CrawlTable
  crawl_seen: crawls.CrawlSeenTable
  errand: crawls.ErrandTable
  errand_queue: crawls.ErrandQueueTable
  preview: previews.PreviewTable
  post_preview: previews.PostPreviewTable
  block: moderation.BlockTable
  mute: moderation.MuteTable
  user_domain_block: moderation.UserDomainBlockTable
  domain_block: moderation.DomainBlockTable
  report: moderation.ReportTable
  reach: moderation.ReachTable
  client: grants.ClientTable
  client_grant: grants.ClientGrantTable
  grant_code: grants.GrantCodeTable
  grant_token: grants.GrantTokenTable
  pushed_request: grants.PushedRequestTable
  proof_seen: grants.ProofSeenTable
  host: queue.HostTable
  inbox: queue.InboxTable
  inbox_item: inboxes.InboxItemTable
  inbox_count: inboxes.InboxCountTable
  post_text: inboxes.PostTextTable
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
  event_topic: events.EventTopicTable
  event: events.EventTable
  stream_ticket: events.StreamTicketTable
  posting_default: server.PostingDefaultTable
  server_rule: server.ServerRuleTable
  server_text: server.ServerTextTable
  change: server.ChangeTable
  marker: timelines.MarkerTable
  list: timelines.ListTable
  list_member: timelines.ListMemberTable
  tag_follow: timelines.TagFollowTable
  post_filter: timelines.PostFilterTable
  filter_keyword: timelines.FilterKeywordTable
  filter_post: timelines.FilterPostTable
  talk: timelines.TalkTable
  post_search: search.PostSearchTable
  search_place: search.SearchPlaceTable
  trend: trends.TrendTable
  trend_round: trends.TrendRoundTable
  trend_review: trends.TrendReviewTable
  publisher: trends.PublisherTable
  directory_entry: trends.DirectoryEntryTable
  suggestion_refused: trends.SuggestionRefusedTable
  ip_block: admin.IpBlockTable
  email_domain_block: admin.EmailDomainBlockTable
  email_block: admin.EmailBlockTable
  domain_allow: admin.DomainAllowTable
  strike: admin.StrikeTable
  moderation_act: admin.ModerationActTable
  announcement: admin.AnnouncementTable
  announcement_dismissal: admin.AnnouncementDismissalTable
  announcement_reaction: admin.AnnouncementReactionTable
}
