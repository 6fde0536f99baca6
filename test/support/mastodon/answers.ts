import { z } from 'zod'
import { type EntityName, entities } from './expect-entity.ts'

/** What a route answers with when it does what it is asked for. */
export type Answer =
  | EntityName
  /** a list of it */
  | `[${EntityName}]`
  /** that it is not supported, and nothing else */
  | 'no'
  /** an event stream, or words */
  | 'no JSON'
  | z.ZodType

const names = z.array(z.string().min(1))
const count = z.strictObject({ count: z.int().nonnegative() })

/** Kinds of alerts that are ours are told of where they were asked for. */
const subscription = entities.WebPushSubscription.extend({
  alerts: entities.WebPushSubscription.shape.alerts.catchall(z.boolean()),
})

/** Of every route: one that does not stand here fails, and so does an answer that is something else. PATCH is PUT. */
export const answers: Readonly<Record<string, Answer>> = {
  // apps and OAuth; the authorization server itself is in test/c2s
  'POST /api/v1/apps': 'CredentialApplication',
  'GET /api/v1/apps/verify_credentials': 'Application',
  'GET /api/oembed': 'no',
  'POST /api/v1/emails/confirmations': 'Empty',
  'GET /api/v1/emails/check_confirmation': z.boolean(),
  'GET /api/proofs': 'no',
  // the server
  'GET /api/v1/instance': 'V1Instance',
  'GET /api/v2/instance': 'Instance',
  'GET /api/v1/instance/peers': names,
  'GET /api/v1/instance/activity': '[InstanceWeek]',
  'GET /api/v1/instance/rules': '[Rule]',
  'GET /api/v1/instance/domain_blocks': '[DomainBlock]',
  'GET /api/v1/instance/extended_description': 'ExtendedDescription',
  'GET /api/v1/instance/privacy_policy': 'PrivacyPolicy',
  'GET /api/v1/instance/terms_of_service': 'TermsOfService',
  'GET /api/v1/instance/terms_of_service/:date': 'TermsOfService',
  'GET /api/v1/instance/translation_languages': z.record(z.string(), names),
  'GET /api/v1/instance/languages': '[InstanceLanguage]',
  'GET /api/v1/custom_emojis': '[CustomEmoji]',
  'GET /api/v1/preferences': 'Preferences',
  'GET /api/v1/announcements': '[Announcement]',
  'POST /api/v1/announcements/:id/dismiss': 'Empty',
  'PUT /api/v1/announcements/:id/reactions/:name': 'Empty',
  'DELETE /api/v1/announcements/:id/reactions/:name': 'Empty',
  'GET /api/v1/directory': '[Account]',
  'GET /api/v1/peers/search': names,
  'GET /api/v1/donation_campaigns': 'no',
  // accounts
  'POST /api/v1/accounts': 'Token',
  'GET /api/v1/accounts': '[Account]',
  'GET /api/v1/accounts/verify_credentials': 'CredentialAccount',
  'PUT /api/v1/accounts/update_credentials': 'CredentialAccount',
  'GET /api/v1/accounts/search': '[Account]',
  'GET /api/v1/accounts/lookup': 'Account',
  'GET /api/v1/accounts/relationships': '[Relationship]',
  'GET /api/v1/accounts/familiar_followers': z.array(
    z.strictObject({ id: z.string().regex(/^\d+$/), accounts: z.array(entities.Account) }),
  ),
  'GET /api/v1/accounts/:id': 'Account',
  'GET /api/v1/accounts/:id/statuses': '[Status]',
  'GET /api/v1/accounts/:id/followers': '[Account]',
  'GET /api/v1/accounts/:id/following': '[Account]',
  'GET /api/v1/accounts/:id/featured_tags': '[FeaturedTag]',
  'GET /api/v1/accounts/:id/lists': '[List]',
  'GET /api/v1/accounts/:id/endorsements': '[Account]',
  'GET /api/v1/accounts/:id/identity_proofs': z.tuple([]),
  'GET /api/v1/accounts/:id/collections': 'no',
  'GET /api/v1/accounts/:id/in_collections': 'no',
  'POST /api/v1/accounts/:id/follow': 'Relationship',
  'POST /api/v1/accounts/:id/unfollow': 'Relationship',
  'POST /api/v1/accounts/:id/remove_from_followers': 'Relationship',
  'POST /api/v1/accounts/:id/block': 'Relationship',
  'POST /api/v1/accounts/:id/unblock': 'Relationship',
  'POST /api/v1/accounts/:id/mute': 'Relationship',
  'POST /api/v1/accounts/:id/unmute': 'Relationship',
  'POST /api/v1/accounts/:id/pin': 'Relationship',
  'POST /api/v1/accounts/:id/unpin': 'Relationship',
  'POST /api/v1/accounts/:id/endorse': 'Relationship',
  'POST /api/v1/accounts/:id/unendorse': 'Relationship',
  'POST /api/v1/accounts/:id/note': 'Relationship',
  'POST /api/v1/accounts/:id/email_subscriptions': 'no',
  'GET /api/v1/profile': 'Profile',
  'PUT /api/v1/profile': 'Profile',
  'DELETE /api/v1/profile/avatar': 'CredentialAccount',
  'DELETE /api/v1/profile/header': 'CredentialAccount',
  'GET /api/v1/bookmarks': '[Status]',
  'GET /api/v1/favourites': '[Status]',
  'GET /api/v1/mutes': '[MutedAccount]',
  'GET /api/v1/blocks': '[Account]',
  'GET /api/v1/domain_blocks': names,
  'POST /api/v1/domain_blocks': 'Empty',
  'DELETE /api/v1/domain_blocks': 'Empty',
  'GET /api/v1/domain_blocks/preview': 'DomainBlockPreview',
  'GET /api/v1/endorsements': '[Account]',
  'GET /api/v1/follow_requests': '[Account]',
  'POST /api/v1/follow_requests/:id/authorize': 'Relationship',
  'POST /api/v1/follow_requests/:id/reject': 'Relationship',
  'GET /api/v1/featured_tags': '[FeaturedTag]',
  'POST /api/v1/featured_tags': 'FeaturedTag',
  'DELETE /api/v1/featured_tags/:id': 'Empty',
  'GET /api/v1/featured_tags/suggestions': '[Tag]',
  'GET /api/v1/suggestions': '[Account]',
  'GET /api/v2/suggestions': '[Suggestion]',
  'DELETE /api/v1/suggestions/:id': 'Empty',
  // statuses
  'POST /api/v1/statuses': z.union([entities.Status, entities.ScheduledStatus]),
  'GET /api/v1/statuses': '[Status]',
  'GET /api/v1/statuses/:id': 'Status',
  'PUT /api/v1/statuses/:id': 'Status',
  'DELETE /api/v1/statuses/:id': 'DeletedStatus',
  'GET /api/v1/statuses/:id/context': 'Context',
  'GET /api/v1/statuses/:id/history': '[StatusEdit]',
  'GET /api/v1/statuses/:id/source': 'StatusSource',
  'GET /api/v1/statuses/:id/card': 'no',
  'GET /api/v1/statuses/:id/reblogged_by': '[Account]',
  'GET /api/v1/statuses/:id/favourited_by': '[Account]',
  'GET /api/v1/statuses/:id/quotes': '[Status]',
  'POST /api/v1/statuses/:id/quotes/:quoting/revoke': 'Status',
  'PUT /api/v1/statuses/:id/interaction_policy': 'Status',
  'POST /api/v1/statuses/:id/reblog': 'Status',
  'POST /api/v1/statuses/:id/unreblog': 'Status',
  'POST /api/v1/statuses/:id/favourite': 'Status',
  'POST /api/v1/statuses/:id/unfavourite': 'Status',
  'POST /api/v1/statuses/:id/bookmark': 'Status',
  'POST /api/v1/statuses/:id/unbookmark': 'Status',
  'POST /api/v1/statuses/:id/mute': 'Status',
  'POST /api/v1/statuses/:id/unmute': 'Status',
  'POST /api/v1/statuses/:id/pin': 'Status',
  'POST /api/v1/statuses/:id/unpin': 'Status',
  'POST /api/v1/statuses/:id/translate': 'no',
  'POST /api/v1/media': 'MediaAttachment',
  'POST /api/v2/media': 'MediaAttachment',
  'GET /api/v1/media/:id': 'MediaAttachment',
  'PUT /api/v1/media/:id': 'MediaAttachment',
  'DELETE /api/v1/media/:id': 'Empty',
  'GET /api/v1/polls/:id': 'Poll',
  'POST /api/v1/polls/:id/votes': 'Poll',
  'GET /api/v1/scheduled_statuses': '[ScheduledStatus]',
  'GET /api/v1/scheduled_statuses/:id': 'ScheduledStatus',
  'PUT /api/v1/scheduled_statuses/:id': 'ScheduledStatus',
  'DELETE /api/v1/scheduled_statuses/:id': 'Empty',
  // timelines, lists, filters, tags
  'GET /api/v1/timelines/home': '[Status]',
  'GET /api/v1/timelines/public': '[Status]',
  'GET /api/v1/timelines/tag/:tag': '[Status]',
  'GET /api/v1/timelines/list/:id': '[Status]',
  'GET /api/v1/timelines/link': '[Status]',
  'GET /api/v1/timelines/direct': '[Status]',
  'GET /api/v1/markers': 'Markers',
  'POST /api/v1/markers': 'Markers',
  'GET /api/v1/lists': '[List]',
  'POST /api/v1/lists': 'List',
  'GET /api/v1/lists/:id': 'List',
  'PUT /api/v1/lists/:id': 'List',
  'DELETE /api/v1/lists/:id': 'Empty',
  'GET /api/v1/lists/:id/accounts': '[Account]',
  'POST /api/v1/lists/:id/accounts': 'Empty',
  'DELETE /api/v1/lists/:id/accounts': 'Empty',
  'GET /api/v2/filters': '[Filter]',
  'POST /api/v2/filters': 'Filter',
  'GET /api/v2/filters/:id': 'Filter',
  'PUT /api/v2/filters/:id': 'Filter',
  'DELETE /api/v2/filters/:id': 'Empty',
  'GET /api/v2/filters/:id/keywords': '[FilterKeyword]',
  'POST /api/v2/filters/:id/keywords': 'FilterKeyword',
  'GET /api/v2/filters/keywords/:id': 'FilterKeyword',
  'PUT /api/v2/filters/keywords/:id': 'FilterKeyword',
  'DELETE /api/v2/filters/keywords/:id': 'Empty',
  'GET /api/v2/filters/:id/statuses': '[FilterStatus]',
  'POST /api/v2/filters/:id/statuses': 'FilterStatus',
  'GET /api/v2/filters/statuses/:id': 'FilterStatus',
  'DELETE /api/v2/filters/statuses/:id': 'Empty',
  'GET /api/v1/filters': '[V1Filter]',
  'POST /api/v1/filters': 'V1Filter',
  'GET /api/v1/filters/:id': 'V1Filter',
  'PUT /api/v1/filters/:id': 'V1Filter',
  'DELETE /api/v1/filters/:id': 'Empty',
  'GET /api/v1/followed_tags': '[Tag]',
  'GET /api/v1/tags/:name': 'Tag',
  'POST /api/v1/tags/:name/follow': 'Tag',
  'POST /api/v1/tags/:name/unfollow': 'Tag',
  'POST /api/v1/tags/:name/feature': 'Tag',
  'POST /api/v1/tags/:name/unfeature': 'Tag',
  'GET /api/v1/conversations': '[Conversation]',
  'DELETE /api/v1/conversations/:id': 'Empty',
  'POST /api/v1/conversations/:id/read': 'Conversation',
  'POST /api/v1/conversations/:id/unread': 'Conversation',
  // search and trends
  'GET /api/v2/search': 'Search',
  'GET /api/v1/trends': '[TrendingTag]',
  'GET /api/v1/trends/tags': '[TrendingTag]',
  'GET /api/v1/trends/statuses': '[Status]',
  'GET /api/v1/trends/links': '[TrendingLink]',
  // notifications and push
  'GET /api/v1/notifications': '[Notification]',
  'GET /api/v1/notifications/:id': 'Notification',
  'POST /api/v1/notifications/clear': 'Empty',
  'POST /api/v1/notifications/dismiss': 'Empty',
  'POST /api/v1/notifications/:id/dismiss': 'Empty',
  'GET /api/v1/notifications/unread_count': count,
  'GET /api/v2/notifications': 'GroupedNotifications',
  'GET /api/v2/notifications/:key': 'GroupedNotifications',
  'POST /api/v2/notifications/:key/dismiss': 'Empty',
  'GET /api/v2/notifications/:key/accounts': '[Account]',
  'GET /api/v2/notifications/unread_count': count,
  'GET /api/v2/notifications/policy': 'NotificationPolicy',
  'PUT /api/v2/notifications/policy': 'NotificationPolicy',
  'GET /api/v1/notifications/policy': 'V1NotificationPolicy',
  'PUT /api/v1/notifications/policy': 'V1NotificationPolicy',
  'GET /api/v1/notifications/requests': '[NotificationRequest]',
  'GET /api/v1/notifications/requests/:id': 'NotificationRequest',
  'POST /api/v1/notifications/requests/:id/accept': 'Empty',
  'POST /api/v1/notifications/requests/:id/dismiss': 'Empty',
  'POST /api/v1/notifications/requests/accept': 'Empty',
  'POST /api/v1/notifications/requests/dismiss': 'Empty',
  'GET /api/v1/notifications/requests/merged': z.strictObject({ merged: z.boolean() }),
  'POST /api/v1/push/subscription': subscription,
  'GET /api/v1/push/subscription': subscription,
  'PUT /api/v1/push/subscription': subscription,
  'DELETE /api/v1/push/subscription': 'Empty',
  'GET /api/v1/streaming': 'no JSON',
  'GET /api/v1/streaming/health': 'no JSON',
  ...Object.fromEntries(
    [
      ...['user', 'user/notification', 'public', 'public/local', 'public/remote'],
      ...['hashtag', 'hashtag/local', 'list', 'direct'],
    ].map((stream) => [`GET /api/v1/streaming/${stream}`, 'no JSON' as const]),
  ),
  // reports and administration
  'POST /api/v1/reports': 'Report',
  'GET /api/v1/admin/accounts': '[Admin::Account]',
  'GET /api/v2/admin/accounts': '[Admin::Account]',
  'GET /api/v1/admin/accounts/:id': 'Admin::Account',
  'DELETE /api/v1/admin/accounts/:id': 'Admin::Account',
  ...Object.fromEntries(
    ['approve', 'reject', 'enable', 'unsilence', 'unsuspend', 'unsensitive'].map((act) => [
      `POST /api/v1/admin/accounts/:id/${act}`,
      'Admin::Account' as const,
    ]),
  ),
  'POST /api/v1/admin/accounts/:id/action': 'Empty',
  'GET /api/v1/admin/reports': '[Admin::Report]',
  'GET /api/v1/admin/reports/:id': 'Admin::Report',
  'PUT /api/v1/admin/reports/:id': 'Admin::Report',
  ...Object.fromEntries(
    ['assign_to_self', 'unassign', 'resolve', 'reopen'].map((act) => [
      `POST /api/v1/admin/reports/:id/${act}`,
      'Admin::Report' as const,
    ]),
  ),
  ...ruled('domain_allows', 'Admin::DomainAllow'),
  ...ruled('domain_blocks', 'Admin::DomainBlock'),
  'PUT /api/v1/admin/domain_blocks/:id': 'Admin::DomainBlock',
  ...ruled('ip_blocks', 'Admin::IpBlock'),
  'PUT /api/v1/admin/ip_blocks/:id': 'Admin::IpBlock',
  ...ruled('email_domain_blocks', 'Admin::EmailDomainBlock'),
  ...ruled('canonical_email_blocks', 'Admin::CanonicalEmailBlock'),
  'POST /api/v1/admin/canonical_email_blocks/test': '[Admin::CanonicalEmailBlock]',
  ...reviewed('tags', 'AdminTag'),
  ...reviewed('statuses', 'AdminTrendingStatus'),
  ...reviewed('links', 'AdminTrendingLink'),
  ...reviewed('links/publishers', 'AdminPublisher'),
  'GET /api/v1/admin/tags': '[AdminTag]',
  'GET /api/v1/admin/tags/:id': 'AdminTag',
  'PUT /api/v1/admin/tags/:id': 'AdminTag',
  'POST /api/v1/admin/measures': '[Admin::Measure]',
  'POST /api/v1/admin/dimensions': '[Admin::Dimension]',
  'POST /api/v1/admin/retention': '[Admin::Cohort]',
}

/** Decisions that are listed, made and taken back. */
function ruled(name: string, entity: EntityName): Record<string, Answer> {
  const base = `/api/v1/admin/${name}`
  return {
    [`GET ${base}`]: `[${entity}]`,
    [`POST ${base}`]: entity,
    [`GET ${base}/:id`]: entity,
    [`DELETE ${base}/:id`]: 'Empty',
  }
}

function reviewed(name: string, entity: EntityName): Record<string, Answer> {
  const base = `/api/v1/admin/trends/${name}`
  return {
    [`GET ${base}`]: `[${entity}]`,
    [`POST ${base}/:id/approve`]: entity,
    [`POST ${base}/:id/reject`]: entity,
  }
}

/** Names before what stands for any: `/accounts/search` is no account. */
const compiled = Object.entries(answers)
  .toSorted(([one], [other]) => one.split(':').length - other.split(':').length)
  .map(([route, answer]) => ({ is: new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}/?$`), route, answer }))

/** The route that a request met, and what it answers with. */
export function answerOf(
  method: string,
  path: string,
): { readonly route: string; readonly answer: Answer } | undefined {
  const [plain = ''] = path.split('?')
  const asked = method === 'PATCH' ? 'PUT' : method
  return compiled.find(({ is }) => is.test(`${asked} ${plain}`))
}
