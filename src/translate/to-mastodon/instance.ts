import type { Uris } from '../../base/uris.ts'
import type { Limits } from '../../domain/world.ts'
import type { RuleView, ServerView } from '../../views/server.ts'
import type { MastodonAccount } from './account.ts'

/** The level of the Mastodon API that is met in full; apps turn features on by it. */
export const API_VERSION = 7
/** Its first three characters are read as a number by some, its three parts by others. */
export const versionWord = (version: string) => `4.5.0 (compatible; Weft ${version})`

/** What of a server its view does not say. */
export interface ServerSetting {
  readonly uris: Uris
  readonly version: string
  readonly limits: Limits
  readonly most: MostOf
  readonly mimeTypes: readonly string[]
  readonly vapidKey: string
  readonly registration: 'open' | 'approval' | 'invite' | 'closed'
  /** contact is only with servers that were allowed */
  readonly limitedFederation: boolean
  /** addresses of its pictures */
  readonly picture: string
  readonly icon: string
  /** who answers for it */
  readonly contact: MastodonAccount | null
}

/** Numbers of things that may be. */
export interface MostOf {
  readonly attachments: number
  readonly featuredTags: number
  readonly pins: number
  readonly fields: number
  readonly fieldName: number
  readonly fieldValue: number
  readonly displayName: number
  readonly bio: number
  readonly description: number
  readonly pictureBytes: number
  readonly picturePixels: number
  readonly filmBytes: number
  readonly filmPixels: number
  /** a second */
  readonly filmFrames: number
}

/** Whatever its length, a link counts as so many characters. */
const LINK_LENGTH = 23

export function instanceFrom(view: ServerView, setting: ServerSetting) {
  const { uris, contact } = setting
  return {
    domain: uris.handleHost,
    title: titleOf(view, uris),
    version: versionWord(setting.version),
    // The page that names the software and its licence.
    source_url: uris.about,
    description: descriptionOf(view, uris),
    usage: { users: { active_month: view.counts.activeMonth } },
    thumbnail: {
      url: setting.picture,
      blurhash: null,
      description: '',
      versions: { '@1x': setting.picture },
    },
    icon: [{ src: setting.icon, size: '512x512' }],
    languages: LANGUAGES,
    configuration: {
      urls: {
        streaming: streamingOf(uris),
        status: null,
        about: uris.about,
        privacy_policy: `${uris.origin}/privacy`,
        terms_of_service: `${uris.origin}/terms`,
      },
      vapid: { public_key: setting.vapidKey },
      ...limitsFrom(setting),
      translation: { enabled: false },
      timelines_access: {
        live_feeds: FOR_ALL,
        hashtag_feeds: FOR_ALL,
        trending_link_feeds: FOR_ALL,
      },
      limited_federation: setting.limitedFederation,
    },
    registrations: {
      ...registrationsOf(setting),
      reason_required: setting.registration === 'approval',
      message: null,
      min_age: null,
      url: null,
    },
    api_versions: { mastodon: API_VERSION },
    contact: { email: emailOf(view), account: contact },
    rules: view.rules.map(ruleFrom),
  }
}

/** The form of version 1, which older apps read. */
export function instanceV1From(view: ServerView, setting: ServerSetting) {
  const { uris, registration } = setting
  const { enabled, approval_required } = registrationsOf(setting)
  const description = descriptionOf(view, uris)
  return {
    uri: uris.handleHost,
    title: titleOf(view, uris),
    short_description: description,
    description,
    email: emailOf(view),
    version: versionWord(setting.version),
    urls: { streaming_api: streamingOf(uris) },
    stats: {
      user_count: view.counts.users,
      status_count: view.counts.posts,
      domain_count: view.counts.domains,
    },
    thumbnail: setting.picture,
    languages: LANGUAGES,
    registrations: enabled,
    approval_required,
    invites_enabled: registration === 'invite',
    configuration: limitsFrom(setting),
    contact_account: setting.contact,
    rules: view.rules.map(ruleFrom),
  }
}

const LANGUAGES = ['en']
const FOR_ALL = { local: 'public', remote: 'public' } as const

function limitsFrom({ limits, most, mimeTypes }: ServerSetting) {
  return {
    accounts: {
      max_featured_tags: most.featuredTags,
      max_pinned_statuses: most.pins,
      max_profile_fields: most.fields,
      max_display_name_length: most.displayName,
      max_note_length: most.bio,
      profile_field_name_limit: most.fieldName,
      profile_field_value_limit: most.fieldValue,
    },
    statuses: {
      max_characters: limits.postLength,
      max_media_attachments: most.attachments,
      characters_reserved_per_url: LINK_LENGTH,
    },
    media_attachments: {
      description_limit: most.description,
      image_matrix_limit: most.picturePixels,
      image_size_limit: most.pictureBytes,
      supported_mime_types: mimeTypes,
      video_frame_rate_limit: most.filmFrames,
      video_matrix_limit: most.filmPixels,
      video_size_limit: most.filmBytes,
    },
    polls: {
      max_options: limits.pollOptions,
      max_characters_per_option: limits.pollOptionLength,
      min_expiration: limits.pollShortestSeconds,
      max_expiration: limits.pollLongestSeconds,
    },
  }
}

function registrationsOf({ registration }: ServerSetting) {
  return {
    enabled: registration === 'open' || registration === 'approval',
    approval_required: registration === 'approval',
  }
}

export function ruleFrom({ id, text, hint }: RuleView) {
  return { id, text, hint, translations: {} }
}

/** Of a domain that is not to be named, half of the letters. */
export function obfuscated(domain: string): string {
  const length = Math.floor(domain.length / 4)
  return domain
    .split('')
    .map((letter, at) => (letter === '.' || at < length || at >= domain.length - length ? letter : '*'))
    .join('')
}

const titleOf = ({ texts }: ServerView, { handleHost }: Uris) => texts.title?.text ?? handleHost
const descriptionOf = ({ texts }: ServerView, { handleHost }: Uris) =>
  texts.description?.text ?? `${handleHost} is a server of the open social web.`
const emailOf = ({ texts }: ServerView) => texts.contact?.text ?? ''
const streamingOf = ({ origin }: Uris) => origin.replace(/^http/, 'ws')
