import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { ProfileChange } from '../domain/accounts/update.ts'
import { pinPost, unpinPost } from '../domain/featured/pin.ts'
import { featureTag, unfeatureTag } from '../domain/featured/tag.ts'
import { changeProfile } from '../media/profile-image.ts'
import { viewAccount } from '../views/accounts.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { requirePerson, withHouse } from './house.ts'

interface ProfileOptions extends CommonOptions {
  readonly name?: string
  readonly bio?: string
  readonly field?: readonly string[]
  readonly fields?: boolean
  readonly bot?: boolean
  readonly discoverable?: boolean
  readonly indexable?: boolean
  readonly memorial?: boolean
  readonly approveFollowers?: boolean
  readonly creditFrom?: readonly string[]
  readonly avatar?: string | false
  readonly avatarAlt?: string
  readonly header?: string | false
  readonly headerAlt?: string
}

/** `weft profile`, `pin`, `unpin`, `tag feature`, `tag unfeature` */
export function profileCommands(program: Command): void {
  finish(
    program
      .command('profile')
      .description('shows a profile, or changes it and tells the followers')
      .argument('<name>')
      .option('--name <text>', 'the name that people read')
      .option('--bio <text>')
      .option(
        '--field <label=value...>',
        'the fields, all of them in their order; a link is checked for rel=me',
      )
      .option('--no-fields', 'takes all fields away')
      .option('--bot', 'acts by itself')
      .option('--no-bot', 'is a person')
      .option('--discoverable', 'may be shown to people who look for somebody')
      .option('--no-discoverable')
      .option('--indexable', 'public posts may be searched')
      .option('--no-indexable')
      .option('--memorial', 'is kept in memory of somebody who died')
      .option('--no-memorial')
      .option('--approve-followers', 'followers wait until they are accepted by hand')
      .option('--no-approve-followers')
      .option('--avatar <file>', 'a picture, cut to a square')
      .option('--avatar-alt <text>', 'what it shows')
      .option('--no-avatar')
      .option('--header <file>', 'a wide picture on top')
      .option('--header-alt <text>')
      .option('--no-header')
      .option('--credit-from <host...>', 'sites whose pages may name this account as their author'),
    profile,
  )
  const ofPost = (name: string, description: string) =>
    program.command(name).description(description).argument('<name>').argument('<url>', 'a post of theirs')
  finish(
    ofPost('pin', 'puts a post on top of a profile; five at most'),
    (name: string, url: string, options: CommonOptions) => pinned(name, url, options, true),
  )
  finish(
    ofPost('unpin', 'takes a post from the top of a profile'),
    (name: string, url: string, options: CommonOptions) => pinned(name, url, options, false),
  )
  const tag = program.command('tag').description('the hashtags on a profile')
  const ofTag = (name: string, description: string) =>
    tag.command(name).description(description).argument('<name>').argument('<hashtag>')
  finish(
    ofTag('feature', 'shows a hashtag on a profile'),
    (name: string, hashtag: string, options: CommonOptions) => featured(name, hashtag, options, true),
  )
  finish(ofTag('unfeature', 'shows it no longer'), (name: string, hashtag: string, options: CommonOptions) =>
    featured(name, hashtag, options, false),
  )
}

async function profile(name: string, options: ProfileOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const change = changeFrom(options)
    const { avatar, header, avatarAlt = '', headerAlt = '' } = options
    const images = {
      ...(typeof avatar === 'string' && { avatar: { bytes: readPicture(avatar), alt: avatarAlt } }),
      ...(typeof header === 'string' && { header: { bytes: readPicture(header), alt: headerAlt } }),
    }
    if (Object.keys({ ...change, ...images }).length > 0)
      await changeProfile(house.world, house.storage, account, change, images)
    const view = await viewAccount(house.world.db, account.id)
    if (!view) throw new UsageError(`There is no account ${name} here.`)
    const { kind, displayName, bioSource, fields, discoverable, indexable, memorial, movedToUri } = view
    const lines = fields.map(
      (field) => `${field.name}: ${field.source ?? field.value}${field.verifiedAt ? ' (verified)' : ''}`,
    )
    print(
      options,
      {
        name: account.name,
        displayName,
        bio: bioSource,
        bot: kind === 'service',
        fields: fields.map((field) => ({
          name: field.name,
          value: field.source ?? field.value,
          verifiedAt: field.verifiedAt ?? null,
        })),
        discoverable,
        indexable,
        memorial,
        alsoKnownAs: view.alsoKnownAs,
        movedTo: movedToUri,
        attributionDomains: view.attributionDomains,
      },
      [`${displayName || account.name} (${view.url})`, bioSource ?? '', ...lines].filter(Boolean).join('\n'),
    )
  })
}

function changeFrom(options: ProfileOptions): ProfileChange {
  const { name, bio, field, fields, bot, discoverable, indexable, memorial, approveFollowers, creditFrom } =
    options
  return {
    ...(name !== undefined && { displayName: name }),
    ...(bio !== undefined && { bio }),
    ...(field && { fields: field.map(fieldFrom) }),
    ...(fields === false && { fields: [] }),
    ...(bot !== undefined && { bot }),
    ...(discoverable !== undefined && { discoverable }),
    ...(indexable !== undefined && { indexable }),
    ...(memorial !== undefined && { memorial }),
    ...(approveFollowers !== undefined && { manuallyApprovesFollowers: approveFollowers }),
    ...(options.avatar === false && { avatar: null }),
    ...(options.header === false && { header: null }),
    ...(creditFrom && { attributionDomains: creditFrom }),
  }
}

function readPicture(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    throw new UsageError(`There is no file ${path} that can be read.`)
  }
}

function fieldFrom(text: string): { name: string; value: string } {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError('A field looks like --field "Site=https://example.com".')
  return { name: text.slice(0, at), value: text.slice(at + 1) }
}

async function pinned(name: string, url: string, options: CommonOptions, on: boolean): Promise<void> {
  await withHouse(async (house) => {
    const author = await requirePerson(house, name)
    const post = await house.findPost(url)
    if (!post) throw new UsageError('There is no such post here.')
    await (on ? pinPost : unpinPost)(house.world, author, post.id)
    print(options, { id: post.id, url, pinned: on }, `${url} is ${on ? 'pinned' : 'no longer pinned'}.`)
  })
}

async function featured(name: string, hashtag: string, options: CommonOptions, on: boolean): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    await (on ? featureTag : unfeatureTag)(house.world, account, hashtag)
    print(options, { hashtag, featured: on }, `${hashtag} is ${on ? 'featured' : 'no longer featured'}.`)
  })
}
