import { join } from 'node:path'
import { systemClock } from './base/clock.ts'
import { createIds, type PostId } from './base/ids.ts'
import type { Log } from './base/log.ts'
import { createUris } from './base/uris.ts'
import type { Config } from './config.ts'
import type { Db } from './db/connect.ts'
import type { Account } from './domain/accounts/account.ts'
import { findPrivateKey } from './domain/accounts/find.ts'
import { ensureInstanceAccount } from './domain/accounts/instance.ts'
import { type Bearers, createBearers } from './domain/grants/bearers.ts'
import { createDomainGate, type DomainGate } from './domain/moderation/gate.ts'
import { findPostByAddress, type KnownPost } from './domain/posts/find.ts'
import { receivePosts } from './domain/posts/receive.ts'
import { defaultLimits, type World } from './domain/world.ts'
import { createEffects } from './effects/handlers.ts'
import { createKeyring, type OpeningKeyring } from './federation/keys.ts'
import { createSeal } from './federation/seal.ts'
import { type SigningKey, signGet } from './federation/sign.ts'
import { type FilmTools, filmTools } from './media/ffmpeg.ts'
import { diskStorage, type Storage } from './media/storage.ts'
import { createDirectory, type RemoteDirectory } from './remote/directory.ts'
import type { DispatcherOptions } from './remote/dispatcher.ts'
import { createFetcher, type Fetcher } from './remote/fetch.ts'
import { type Found, lookUp } from './remote/look-up.ts'
import { createWayOut, type WayOut } from './remote/way-out.ts'
import { incomingFrom } from './translate/from-activity/note.ts'
import { VERSION } from './version.ts'

export interface HouseParts {
  readonly config: Config
  readonly db: Db
  /** this process among those on the database */
  readonly slot: number
  readonly log: Log
  readonly outside?: Pick<DispatcherOptions, 'ca' | 'pretend' | 'resolver'>
}

/** The domain with everything that it asks of the outside, ready to be used by the command line or an app. */
export interface House extends AsyncDisposable {
  readonly world: World
  readonly directory: RemoteDirectory
  /** files of ours: what people here post, and copies of emoji */
  readonly storage: Storage
  /** what makes films play everywhere; undefined where that is not installed, or not wanted */
  readonly films: () => Promise<FilmTools | undefined>
  readonly dispatcher: WayOut
  readonly fetcher: Fetcher
  /** which hosts we have no contact with */
  readonly domains: DomainGate
  /** who the access tokens of apps belong to */
  readonly bearers: Bearers
  readonly keyring: OpeningKeyring
  readonly userAgent: string
  /** the server's own actor */
  readonly instance: Account
  /** what an account of ours signs with; undefined when it has no key any more */
  signingKey(accountId: Account['id']): Promise<SigningKey | undefined>
  /** a post that is known here, by its id or the address of its page */
  findPost(address: string): Promise<KnownPost | undefined>
  /** the same, asking its own server when it is not known yet */
  resolvePost(address: string): Promise<KnownPost | undefined>
  /** whom or what a handle, an id or an address means, asking its own server when it is not known yet */
  lookUp(text: string): Promise<Found | undefined>
}

/** Joins the rooms below the faces. */
export async function buildHouse(parts: HouseParts): Promise<House> {
  const { config, db, log } = parts
  const clock = systemClock
  const uris = createUris(config.origin, config.handleHost)
  const keyring = createKeyring(config.secret, uris)
  const inner = { clock, uris, ids: createIds(clock, parts.slot), limits: defaultLimits }
  const base = {
    ...inner,
    db,
    keyring,
    effects: createEffects({ ...inner, seal: createSeal({ keyring, clock }) }),
  }
  const limited = config.federation === 'allowed'
  const ours = [config.handleHost, new URL(config.origin).host]
  const domains = createDomainGate(db, clock, limited ? ours : undefined)
  await domains.refresh()
  const userAgent = `Weft/${VERSION} (+${config.origin})`
  const { allowedPrivateAddresses } = config
  const out = { allowedPrivateAddresses, userAgent, ...parts.outside }
  const dispatcher = createWayOut({ ...out, blocks: domains.suspends })
  // Pages that people link, and the services that push to apps, are nobody to have contact with.
  const toServers = limited ? createWayOut({ ...out, blocks: domains.blocks, global: false }) : dispatcher

  const instance = await ensureInstanceAccount(base)
  async function signingKey(accountId: Account['id']): Promise<SigningKey | undefined> {
    const key = await findPrivateKey(db, accountId, 'rsa')
    return key && { keyUri: key.uri, privateKey: await keyring.open(key.sealed, accountId) }
  }
  // A wrong secret is told at the start, not at the first delivery.
  const instanceKey = await signingKey(instance.id)
  if (!instanceKey) throw new Error('the instance has no key to sign with')

  const fetcher = createFetcher({
    dispatcher: toServers,
    uris,
    clock,
    signGet: (url, form, accept) => signGet(url, instanceKey, { form, accept, now: clock.now() }),
  })
  const directory = createDirectory({ world: base, fetcher })
  const storage = await openStorage(config)
  const world: World = { ...base, directory }
  log.debug('The house is built.', { instance: instance.uri })

  const findPost = (address: string) => findPostByAddress(db, ourUriFrom(world, address) ?? address)
  async function resolvePost(address: string): Promise<KnownPost | undefined> {
    const known = await findPost(address)
    if (known || uris.isOurs(address)) return known
    return (await askFor(world, directory, address)) ? findPost(address) : undefined
  }
  return {
    world,
    directory,
    storage,
    films: filmTools(config.ffmpeg),
    dispatcher,
    fetcher,
    domains,
    bearers: createBearers(world),
    keyring,
    userAgent,
    instance,
    signingKey,
    findPost,
    resolvePost,
    lookUp: (text) => lookUp({ world, fetcher, findPost, resolvePost }, text),
    async [Symbol.asyncDispose]() {
      if (limited) await toServers.close()
      await dispatcher.close()
      await storage[Symbol.asyncDispose]?.()
    },
  }
}

/** What speaks to a bucket is loaded only where there is one. */
async function openStorage({ media, dataDir }: Config): Promise<Storage & Partial<AsyncDisposable>> {
  if (media === 'file') return diskStorage(join(dataDir, 'media'))
  const { bucketStorage } = await import('./remote/bucket.ts')
  return bucketStorage(media)
}

/** The id of a post of ours, from the address of its page. */
function ourUriFrom({ uris }: World, address: string): string | undefined {
  if (!uris.isOurs(address)) return undefined
  const id = /^\/@[^/]+\/(\d+)$/.exec(address.slice(uris.origin.length))?.[1]
  return id && uris.post(id as PostId)
}

async function askFor(world: World, directory: RemoteDirectory, address: string): Promise<boolean> {
  const note = await directory.post(address)
  if (note === undefined || note === 'gone') return false
  const incoming = incomingFrom(note, world.clock.now())
  const author = await world.directory.findByUri(incoming.authorUri)
  if (!author || author.local) return false
  const [outcome] = await receivePosts(world, [{ incoming, author, wanted: true }])
  return outcome === 'stored' || outcome === 'known'
}
