/** What each scope is called, in every vocabulary that apps use, and what it comes with. */

const READS = [
  'readall',
  'readany',
  'readown',
  'readlocal',
  'readinbox',
  'readoutbox',
  'readfollowers',
  'readfollowing',
  'readliked',
] as const
const ACTS = [
  'createcontent',
  'updatecontent',
  'deletecontent',
  'follow',
  'managefollowers',
  'managecollections',
  'like',
  'share',
  'block',
  'flag',
  'updateprofile',
  'uploadfiles',
] as const
const REACTIONS = ['reactlocal', 'reactany', 'reactown'] as const
const ADDRESSES = ['addressall', 'addresspublic', 'addressactor', 'addressfollowers'] as const

/** The scopes of the task force, without the address that they stand at. */
export const TASK_FORCE = [...READS, ...ACTS, ...REACTIONS, ...ADDRESSES] as const
export const TASK_FORCE_AT = 'https://swicg.github.io/activitypub-api/scopes#'

/** What can be done to something of another's, and so be limited by where that is. */
export type Act = 'like' | 'share' | 'createcontent' | 'follow' | 'block' | 'flag'
const LIMITED: readonly Act[] = ['like', 'share', 'createcontent', 'follow', 'block', 'flag']

const children = <Top extends string, Child extends string>(top: Top, names: readonly Child[]) =>
  names.map((name) => `${top}:${name}` as const)

const MASTODON_READ = children('read', [
  'accounts',
  'blocks',
  'bookmarks',
  'favourites',
  'filters',
  'follows',
  'lists',
  'mutes',
  'notifications',
  'search',
  'statuses',
])
const MASTODON_WRITE = children('write', [
  'accounts',
  'blocks',
  'bookmarks',
  'conversations',
  'favourites',
  'filters',
  'follows',
  'lists',
  'media',
  'mutes',
  'notifications',
  'reports',
  'statuses',
])
const ADMIN = [
  'accounts',
  'reports',
  'domain_allows',
  'domain_blocks',
  'ip_blocks',
  'email_domain_blocks',
  'canonical_email_blocks',
] as const
const ADMIN_READ = children('admin:read', ADMIN)
const ADMIN_WRITE = children('admin:write', ADMIN)

/** What is left when nothing that was asked for is known: what anybody may read. */
export const READ_PUBLIC = 'read:public'

const own = (acts: readonly Act[]) => acts.map((act) => `${act}:own` as const)
const REACTING: readonly Act[] = ['like', 'share', 'createcontent']

/** What each scope brings with it; a scope that stands here or in one of these lists is one that we know. */
const includes: Readonly<Record<string, readonly string[]>> = {
  read: [...MASTODON_READ, 'readall', 'profile', READ_PUBLIC],
  write: [...MASTODON_WRITE, ...ACTS, 'addressall'],
  push: [],
  profile: [],
  admin: ['admin:read', 'admin:write'],
  'admin:read': ADMIN_READ,
  'admin:write': ADMIN_WRITE,
  'read:accounts': ['readlocal'],
  'read:favourites': ['readliked'],
  'read:follows': ['readfollowers', 'readfollowing'],
  'read:statuses': ['readlocal', 'readoutbox'],
  'write:accounts': ['updateprofile'],
  'write:blocks': ['block'],
  'write:favourites': ['like'],
  'write:follows': ['follow', 'managefollowers'],
  'write:media': ['uploadfiles'],
  'write:reports': ['flag'],
  'write:statuses': ['createcontent', 'updatecontent', 'deletecontent', 'share'],
  readall: READS.filter((name) => name !== 'readall'),
  readany: ['readlocal', 'readown'],
  addressall: ADDRESSES.filter((name) => name !== 'addressall'),
  reactany: REACTING.map((act) => `${act}:any`),
  reactlocal: REACTING.map((act) => `${act}:local`),
  reactown: own(REACTING),
}

const EARLIER_OWN = [...REACTING, 'follow', 'block', 'flag'] as const
const everyAct = [...ACTS, 'addressall']

/** The names of the first draft of the task force, after `activitypub:`. */
const earlier: Readonly<Record<string, readonly string[]>> = {
  'read:all': ['readall'],
  'read:local:all': ['readlocal'],
  'read:remote:all': ['readany'],
  'read:me:actor': ['profile'],
  'read:me:all': ['readinbox', 'readoutbox', 'readfollowers', 'readfollowing', 'readliked', 'profile'],
  'read:me:inbox': ['readinbox'],
  'read:me:outbox': ['readoutbox'],
  'read:me:followers': ['readfollowers'],
  'read:me:following': ['readfollowing'],
  'read:me:liked': ['readliked'],
  'write:all': everyAct,
  'write:accept': ['managefollowers'],
  'write:reject': ['managefollowers'],
  'write:add': ['managecollections'],
  'write:remove': ['managecollections'],
  'write:announce': ['share'],
  'write:block': ['block'],
  'write:create': ['createcontent'],
  'write:question': ['createcontent'],
  'write:update': ['updatecontent', 'updateprofile'],
  'write:delete': ['deletecontent'],
  'write:flag': ['flag'],
  'write:follow': ['follow'],
  'write:like': ['like'],
  'write:undo:all': LIMITED.map((act) => `undo:${act}`),
  'write:undo:announce': ['undo:share'],
  'write:undo:block': ['undo:block'],
  'write:undo:follow': ['undo:follow'],
  'write:undo:like': ['undo:like'],
  'write:all:sameorigin': own(EARLIER_OWN),
  'write:announce:sameorigin': ['share:own'],
  'write:block:sameorigin': ['block:own'],
  'write:create:sameorigin': ['createcontent:own'],
  'write:create:inreplyto:sameorigin': ['createcontent:own'],
  'write:flag:sameorigin': ['flag:own'],
  'write:follow:sameorigin': ['follow:own'],
  'write:like:sameorigin': ['like:own'],
}

/** Words of apps, each with the scopes that it stands for. */
const words = new Map<string, readonly string[]>([
  ...Object.keys(includes)
    .concat(MASTODON_READ, MASTODON_WRITE, ADMIN_READ, ADMIN_WRITE, TASK_FORCE, READ_PUBLIC)
    .map((name) => [name, [name]] as const),
  ...TASK_FORCE.map((name) => [TASK_FORCE_AT + name, [name]] as const),
  ...Object.entries(earlier).map(([name, scopes]) => [`activitypub:${name}`, scopes] as const),
  // Without the task force's address it is Mastodon's old word for all that is between people.
  ['follow', ['follow', ...['follows', 'blocks', 'mutes'].flatMap((of) => [`read:${of}`, `write:${of}`])]],
  ['write:sameorigin', own(EARLIER_OWN)],
])

/** What a word of an app stands for; nothing when we do not know it. */
export function scopesOf(word: string): readonly string[] {
  return words.get(word) ?? []
}

/** A scope with all that it brings along. */
export function withIncluded(scope: string): string[] {
  return [scope, ...(includes[scope] ?? []).flatMap(withIncluded)]
}

/** Every word that we know, for the metadata; those of administrators are for whoever knows them. */
export const SUPPORTED: readonly string[] = [...words.keys()].filter(
  (word) =>
    !word.startsWith('admin') && (word === 'follow' || !(TASK_FORCE as readonly string[]).includes(word)),
)

export type Scope =
  | (typeof TASK_FORCE)[number]
  | (typeof MASTODON_READ)[number]
  | (typeof MASTODON_WRITE)[number]
  | (typeof ADMIN_READ)[number]
  | (typeof ADMIN_WRITE)[number]
  | 'read'
  | 'write'
  | 'push'
  | 'profile'
  | 'admin'
  | 'admin:read'
  | 'admin:write'
  | typeof READ_PUBLIC
