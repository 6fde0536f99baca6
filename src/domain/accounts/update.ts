import { hostFrom } from '../../base/handles.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { cleanLine, cleanText, cutText } from '../../text/clean.ts'
import { htmlFrom, type Targets } from '../../text/html.ts'
import { handlesIn } from '../../text/tokens.ts'
import { findMentioned, keyOf } from '../posts/compose.ts'
import type { World } from '../world.ts'
import type { LocalAccount, ProfileField } from './account.ts'
import { findFields } from './find.ts'
import type { ActorJob } from './jobs.ts'
import { deleteProfileImages, insertProfileImage, type ProfileColumns, updateProfile } from './life-store.ts'

export interface ProfileChange {
  readonly displayName?: string
  /** plain text */
  readonly bio?: string
  readonly manuallyApprovesFollowers?: boolean
  /** the whole list, in plain text: an address becomes a link with `rel=me`, which is then verified */
  readonly fields?: readonly { readonly name: string; readonly value: string }[]
  readonly discoverable?: boolean
  readonly indexable?: boolean
  /** acts by itself: a Service to others */
  readonly bot?: boolean
  /** whoever it was is dead, and the profile stays in their memory */
  readonly memorial?: boolean
  /** hosts whose pages may name this account as their author */
  readonly attributionDomains?: readonly string[]
  readonly avatar?: ProfileImage | null
  readonly header?: ProfileImage | null
  /** what a picture shows that stays as it is */
  readonly avatarAlt?: string
  readonly headerAlt?: string
}

/** A picture that is in the media storage already. */
export interface ProfileImage {
  readonly file: string
  readonly mediaType: string
  /** what it shows, for those who do not see it */
  readonly alt: string
}

export const MOST_FIELDS = 10
/** In characters, the most of each. */
export const profileLimits = {
  displayName: 100,
  bio: 5000,
  fieldName: 255,
  fieldValue: 2047,
  domains: 100,
  alt: 1500,
}

/** Changes what an account of ours says of itself, and tells its followers. */
export async function updateAccount(
  world: World,
  account: LocalAccount,
  change: ProfileChange,
): Promise<void> {
  const { fields, attributionDomains, bot, displayName, avatar, header } = change
  if (fields && fields.length > MOST_FIELDS) refuse('account.too-many-fields', { most: MOST_FIELDS })
  const bio = change.bio === undefined ? undefined : cutText(cleanText(change.bio).trim(), profileLimits.bio)
  // Asking who is named may ask strangers' servers, so it comes before the transaction.
  const targets = await targetsIn(world, [bio ?? '', ...(fields ?? []).map(({ value }) => value)])
  await transact(world.db, async (tx) => {
    const { kind } = account
    await updateProfile(
      tx,
      account.id,
      {
        ...(displayName !== undefined && {
          display_name: cutText(cleanLine(displayName), profileLimits.displayName),
        }),
        ...(bio !== undefined && { bio_source: bio, bio_html: htmlFrom(bio, targets) }),
        ...(change.manuallyApprovesFollowers !== undefined && {
          manually_approves_followers: change.manuallyApprovesFollowers,
        }),
        ...(change.discoverable !== undefined && { discoverable: change.discoverable }),
        ...(change.indexable !== undefined && { indexable: change.indexable }),
        ...(change.memorial !== undefined && { memorial: change.memorial }),
        ...(bot !== undefined &&
          (kind === 'person' || kind === 'service') && { kind: bot ? 'service' : 'person' }),
        ...(attributionDomains && { attribution_domains: domainsFrom(attributionDomains) }),
        ...(fields && {
          fields: JSON.stringify(fieldsFrom(fields, await findFields(tx, account.id), targets)),
        }),
        ...altColumns(change),
        ...(await pictureColumns(world, tx, account, 'avatar', avatar)),
        ...(await pictureColumns(world, tx, account, 'header', header)),
      },
      world.clock.now(),
    )
    await record(world, tx, { type: 'account.updated', accountId: account.id })
    if (fields) {
      const payload: ActorJob = { what: 'links', accountId: account.id }
      await enqueue(tx, [{ kind: 'actor', payload }])
    }
  })
}

async function targetsIn(world: World, texts: readonly string[]): Promise<Targets> {
  const found = await findMentioned(world, texts.flatMap(handlesIn))
  return {
    mention(handle) {
      const account = found.get(keyOf(handle))
      return account && { url: account.url ?? account.uri, name: account.name }
    },
    tagUrl: (name) => world.uris.tag(name),
  }
}

function fieldsFrom(
  fields: NonNullable<ProfileChange['fields']>,
  before: readonly ProfileField[],
  targets: Targets,
): ProfileField[] {
  return fields.flatMap((field) => {
    const name = cutText(cleanLine(field.name), profileLimits.fieldName)
    const source = cutText(cleanLine(field.value), profileLimits.fieldValue)
    if (name === '' && source === '') return []
    // One line, so there is one paragraph, and a field is none.
    const value = htmlFrom(source, { ...targets, ownLinks: true }).replace(/^<p>|<\/p>$/g, '')
    const verifiedAt = before.find((known) => known.source === source)?.verifiedAt
    return [{ name, value, source, ...(verifiedAt === undefined ? {} : { verifiedAt }) }]
  })
}

function domainsFrom(written: readonly string[]): string[] {
  const hosts = written.map((text) => hostFrom(text.replace(/^https?:\/\//, '')) ?? refuse('handle.invalid'))
  return [...new Set(hosts)].slice(0, profileLimits.domains)
}

async function pictureColumns(
  world: World,
  tx: Tx,
  { id }: LocalAccount,
  kind: 'avatar' | 'header',
  image: ProfileImage | null | undefined,
): Promise<ProfileColumns> {
  if (image === undefined) return {}
  if (image === null) await deleteProfileImages(tx, id, [kind])
  else await insertProfileImage(tx, id, { ...image, kind }, world.clock.now())
  const url = image && world.uris.media(image.file)
  const alt = altFrom(image?.alt ?? '')
  return kind === 'avatar' ? { avatar_url: url, avatar_alt: alt } : { header_url: url, header_alt: alt }
}

function altColumns({ avatarAlt, headerAlt }: ProfileChange): ProfileColumns {
  return {
    ...(avatarAlt !== undefined && { avatar_alt: altFrom(avatarAlt) }),
    ...(headerAlt !== undefined && { header_alt: altFrom(headerAlt) }),
  }
}

function altFrom(text: string): string {
  return cutText(cleanLine(text), profileLimits.alt)
}
