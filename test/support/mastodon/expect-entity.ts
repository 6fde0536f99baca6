import { expect } from 'vitest'
import { z } from 'zod'
import { account, credentialAccount, mutedAccount, role } from './schemas/account.ts'
import {
  accountWarning,
  adminAccount,
  adminCanonicalEmailBlock,
  adminCohort,
  adminDimension,
  adminDomainAllow,
  adminDomainBlock,
  adminEmailDomainBlock,
  adminIpBlock,
  adminMeasure,
  adminReport,
  report,
} from './schemas/admin.ts'
import { announcement } from './schemas/announcement.ts'
import { application, credentialApplication, token } from './schemas/app.ts'
import { emoji } from './schemas/emoji.ts'
import {
  domainBlock,
  extendedDescription,
  instance,
  instanceLanguage,
  instanceV1,
  preferences,
  privacyPolicy,
  rule,
  termsOfService,
  week,
} from './schemas/instance.ts'
import {
  groupedNotifications,
  notification,
  notificationPolicy,
  notificationRequest,
  oldNotificationPolicy,
  webPushSubscription,
} from './schemas/notification.ts'
import { profile } from './schemas/profile.ts'
import { domainBlockPreview, featuredTag, relationship } from './schemas/relationship.ts'
import { card, deletedStatus, mediaAttachment, poll, status } from './schemas/status.ts'
import { context, scheduledStatus, statusEdit, statusSource } from './schemas/status-more.ts'
import {
  conversation,
  filter,
  filterKeyword,
  filterStatus,
  list,
  markers,
  oldFilter,
  search,
  tag,
} from './schemas/timelines.ts'
import {
  adminPublisher,
  adminTag,
  adminTrendingLink,
  adminTrendingStatus,
  suggestion,
  trendingLink,
  trendingTag,
} from './schemas/trends.ts'

/** Every documented entity, strictly: no field and no null that is not documented. Each owner adds theirs. */
export const entities = {
  Account: account,
  AccountWarning: accountWarning,
  'Admin::Account': adminAccount,
  'Admin::CanonicalEmailBlock': adminCanonicalEmailBlock,
  'Admin::Cohort': adminCohort,
  'Admin::Dimension': adminDimension,
  'Admin::Measure': adminMeasure,
  'Admin::DomainAllow': adminDomainAllow,
  'Admin::DomainBlock': adminDomainBlock,
  'Admin::EmailDomainBlock': adminEmailDomainBlock,
  'Admin::IpBlock': adminIpBlock,
  'Admin::Report': adminReport,
  Announcement: announcement,
  Application: application,
  CredentialApplication: credentialApplication,
  Token: token,
  CredentialAccount: credentialAccount,
  Conversation: conversation,
  CustomEmoji: emoji,
  DeletedStatus: deletedStatus,
  Empty: z.strictObject({}),
  Error: z.strictObject({ error: z.string().min(1), error_description: z.string().optional() }),
  Filter: filter,
  FilterKeyword: filterKeyword,
  FilterStatus: filterStatus,
  Instance: instance,
  V1Instance: instanceV1,
  Rule: rule,
  InstanceWeek: week,
  InstanceLanguage: instanceLanguage,
  ExtendedDescription: extendedDescription,
  PrivacyPolicy: privacyPolicy,
  TermsOfService: termsOfService,
  DomainBlock: domainBlock,
  DomainBlockPreview: domainBlockPreview,
  FeaturedTag: featuredTag,
  Preferences: preferences,
  GroupedNotifications: groupedNotifications,
  List: list,
  Markers: markers,
  MediaAttachment: mediaAttachment,
  MutedAccount: mutedAccount,
  Notification: notification,
  NotificationPolicy: notificationPolicy,
  NotificationRequest: notificationRequest,
  V1NotificationPolicy: oldNotificationPolicy,
  Poll: poll,
  PreviewCard: card,
  Profile: profile,
  Relationship: relationship,
  Report: report,
  Role: role,
  Context: context,
  ScheduledStatus: scheduledStatus,
  Search: search,
  Status: status,
  StatusEdit: statusEdit,
  StatusSource: statusSource,
  Suggestion: suggestion,
  Tag: tag,
  TrendingTag: trendingTag,
  TrendingLink: trendingLink,
  AdminTag: adminTag,
  AdminTrendingLink: adminTrendingLink,
  AdminTrendingStatus: adminTrendingStatus,
  AdminPublisher: adminPublisher,
  V1Filter: oldFilter,
  WebPushSubscription: webPushSubscription,
} satisfies Record<string, z.ZodType>

export type EntityName = keyof typeof entities

/** Fails with every place where it is not that entity. */
export function expectEntity(name: EntityName, json: unknown): void {
  check(entities[name], name, json)
}

export function expectEntities(name: EntityName, json: unknown): void {
  check(z.array(entities[name]), `list of ${name}`, json)
}

function check(schema: z.ZodType, name: string, json: unknown): void {
  const read = schema.safeParse(json)
  const wrong = read.success
    ? ''
    : `no ${name}:\n${z.prettifyError(read.error)}\n${JSON.stringify(json, null, 1).slice(0, 4000)}`
  expect(wrong).toBe('')
}
