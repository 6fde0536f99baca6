import { type Scopes, scopesFrom } from '../../domain/grants/scopes.ts'

/** What each scope lets an app do, as somebody would say it who has never heard of scopes. */
const texts: Readonly<Record<string, string>> = {
  read: 'Read everything that you can read: your home timeline, notifications, messages and settings',
  write: 'Do everything that you can do here: post, edit, delete, follow, block, change your profile',
  push: 'Send you notifications when it is closed',
  profile: 'See your name, handle and picture',
  'read:public': 'Read what anybody can read',
  readall: 'Read everything that you can read, here and on other servers',
  readany: 'Read on other servers, as you',
  readown: 'Read what is kept at the app’s own address, as you',
  readlocal: 'Read posts and profiles on this server, as you',
  readinbox: 'Read your inbox: posts of people you follow, mentions and private messages',
  readoutbox: 'Read everything you have posted, private posts too',
  readfollowers: 'See who follows you',
  readfollowing: 'See whom you follow',
  readliked: 'See what you have liked',
  createcontent: 'Post as you',
  updatecontent: 'Change what you have posted',
  deletecontent: 'Delete what you have posted',
  follow: 'Follow and unfollow people',
  managefollowers: 'Accept, refuse and remove your followers',
  managecollections: 'Change your collections and pinned posts',
  like: 'Like posts, and take likes back',
  share: 'Boost posts, and take boosts back',
  block: 'Block and unblock people',
  flag: 'Report posts and people to moderators',
  updateprofile: 'Change your profile',
  uploadfiles: 'Upload pictures, films and other files',
  reactlocal: 'Like, boost and answer posts on this server',
  reactany: 'Like, boost and answer any post',
  reactown: 'Like, boost and answer what is published at the app’s own address',
  addressall: 'Post to anybody',
  addresspublic: 'Post in public',
  addressactor: 'Write to people by name',
  addressfollowers: 'Post to your followers',
  'read:accounts': 'See accounts',
  'read:blocks': 'See whom you have blocked',
  'read:bookmarks': 'See your bookmarks',
  'read:favourites': 'See what you have liked',
  'read:filters': 'See your filters',
  'read:follows': 'See whom you follow and who follows you',
  'read:lists': 'See your lists',
  'read:mutes': 'See whom you have muted',
  'read:notifications': 'See your notifications',
  'read:search': 'Search as you',
  'read:statuses': 'Read all posts that you can read, private ones too',
  'write:accounts': 'Change your profile',
  'write:blocks': 'Block and unblock people and servers',
  'write:bookmarks': 'Bookmark posts',
  'write:conversations': 'Delete and mute conversations',
  'write:favourites': 'Like posts, and take likes back',
  'write:filters': 'Change your filters',
  'write:follows': 'Follow and unfollow people',
  'write:lists': 'Change your lists',
  'write:media': 'Upload pictures, films and other files',
  'write:mutes': 'Mute and unmute people and conversations',
  'write:notifications': 'Clear your notifications',
  'write:reports': 'Report posts and people to moderators',
  'write:statuses': 'Post, edit and delete as you',
  admin: 'Run this server: everything that you can do as its administrator',
  'admin:read': 'See everything that administrators see',
  'admin:write': 'Do everything that administrators do',
}

/** Where acts are limited to what is somewhere. */
const places: Readonly<Record<string, string>> = {
  own: 'what is published at the app’s own address',
  local: 'what is on this server',
  any: 'whatever there is',
}
const acts: Readonly<Record<string, string>> = {
  like: 'like',
  share: 'boost',
  createcontent: 'answer',
  follow: 'follow',
  block: 'block',
  flag: 'report',
}

/** One thing that can be allowed or not, and the words of the app that stand for it. */
export interface Permission {
  readonly words: readonly string[]
  readonly text: string
  /** something that could hurt: it stands out */
  readonly grave: boolean
}

/** What an app asks for, as people are asked; words that mean the same are one question. */
export function permissionsOf(scopes: Scopes): readonly Permission[] {
  const byText = new Map<string, string[]>()
  for (const word of scopes.words) {
    const text = textOfWord(word)
    byText.set(text, [...(byText.get(text) ?? []), word])
  }
  return [...byText].map(([text, words]) => ({
    words,
    text,
    grave: words.some((word) => /^admin/.test(word)),
  }))
}

function textOfWord(word: string): string {
  if (word === 'follow') return 'Follow, mute and block people, and see whom you follow, mute and block'
  const scopes = [...scopesFrom(word).granted]
  if (EVERYTHING.every((scope) => scopes.includes(scope))) return texts.write ?? word
  const limited = scopes.map(limitedAct)
  const [first] = limited
  if (first && limited.every((each) => each?.where === first.where)) return limitedText(limited, first.where)
  return sentenceOf([...new Set(scopes.map(textOf))])
}

/** Whoever may do all of this may do whatever there is to be done. */
const EVERYTHING = [
  'createcontent',
  'updatecontent',
  'deletecontent',
  'follow',
  'updateprofile',
  'addressall',
]

/** `like:own`, `undo:like`: an act that is not allowed as such. */
function limitedAct(scope: string): { readonly act: string; readonly where: string } | undefined {
  const [first = '', second = ''] = scope.split(':')
  if (first === 'undo') return { act: acts[second] ?? second, where: 'undo' }
  const act = acts[first]
  return act !== undefined && places[second] !== undefined ? { act, where: second } : undefined
}

function limitedText(limited: readonly ReturnType<typeof limitedAct>[], where: string): string {
  const list = limited.map((each) => each?.act ?? '').join(', ')
  if (where === 'undo') return `Take back what you did: ${list}`
  return `${list.charAt(0).toUpperCase()}${list.slice(1)}: only ${places[where]}`
}

/** `Like posts; boost posts; block people` */
function sentenceOf(parts: readonly string[]): string {
  return parts.map((part, at) => (at === 0 ? part : part.charAt(0).toLowerCase() + part.slice(1))).join('; ')
}

function textOf(scope: string): string {
  const known = texts[scope]
  if (known !== undefined) return known
  const [first = '', second = '', ...others] = scope.split(':')
  if (first !== 'admin') return scope
  const what = others.join(':').replaceAll('_', ' ')
  return `As an administrator, ${second === 'read' ? 'see' : 'change'} ${what}`
}
