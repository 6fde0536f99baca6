import { makeEd25519Key, makeRsaKey, type PeerKey } from './keys.ts'
import { type Outgoing, type SignOptions, signed } from './signer.ts'
import type { PeerReply, PeerRequest } from './wire.ts'

export type Json = { [key: string]: unknown }

const AS = 'https://www.w3.org/ns/activitystreams'
const PUBLIC = `${AS}#Public`
const TYPE = 'application/activity+json'

export interface PersonOptions {
  /** `remote.localhost` unless told; `.localhost` names need no address map, all others do (`peer.pretend`) */
  readonly host?: string
  /** the host of the handle, when WebFinger lives elsewhere */
  readonly handleHost?: string
  /** over the usual actor document */
  readonly actor?: Json
  readonly rsa?: PeerKey
  readonly ed25519?: PeerKey
}

/** What a person needs of the server that they live on. */
export interface Home {
  readonly origin: string
  readonly host: string
  serve(path: string, document: Json): void
  send(request: Outgoing): Promise<PeerReply>
  /** every request to that path and to the host's shared inbox, oldest first */
  requestsTo(path: string): PeerRequest[]
  arrival(): Promise<void>
}

/** Somebody elsewhere: an actor that is served, two keys, an inbox that records, a hand that signs. */
export interface Person {
  readonly name: string
  /** `name@host`, the port included where there is one */
  readonly handle: string
  readonly uri: string
  readonly inbox: string
  readonly sharedInbox: string
  readonly followers: string
  readonly keys: { rsa: PeerKey; ed25519: PeerKey }
  /** the document as it is served: change it and the next reader sees the change */
  readonly actor: Json
  /** activities that reached their inbox or their host's shared inbox, oldest first */
  readonly received: Json[]
  /** the same as requests: headers, raw body */
  readonly requests: PeerRequest[]
  /** the first activity of that type (or that satisfies), already here or yet to come; rejects after 5 s */
  receives(wanted: string | ((activity: Json) => boolean), withinMs?: number): Promise<Json>
  /** sends a signed POST; a string or Buffer goes out as it is */
  post(url: string, activity: Json | string | Buffer, options?: SignOptions): Promise<PeerReply>
  /** sends a signed GET for ActivityPub */
  get(url: string, options?: SignOptions): Promise<PeerReply>
  /** a fresh activity of theirs, with id and actor */
  activity(type: string, object: unknown, more?: Json): Json
  /** a fresh public Note of theirs, served at its id; `to`/`cc` and the rest as given in `more` */
  note(content: string, more?: Json): Json
  create(note: Json, more?: Json): Json
  follow(uri: string): Json
  accept(follow: Json): Json
  reject(follow: Json): Json
  undo(activity: Json): Json
  update(object: Json): Json
  delete(uri: string): Json
}

let counter = 0

export async function makePerson(home: Home, name: string, options: PersonOptions): Promise<Person> {
  const uri = `${home.origin}/users/${name}`
  const keys = {
    rsa: options.rsa ?? (await makeRsaKey(`${uri}#main-key`)),
    ed25519: options.ed25519 ?? (await makeEd25519Key(`${uri}#ed25519-key`)),
  }
  const actor = { ...actorDocument(home.origin, uri, name, keys), ...options.actor }
  home.serve(new URL(uri).pathname, actor)
  const makers = activityMakers(home, uri)
  const requests = () => home.requestsTo(`${new URL(uri).pathname}/inbox`)
  return {
    name,
    handle: `${name}@${options.handleHost ?? new URL(home.origin).host}`,
    uri,
    inbox: `${uri}/inbox`,
    sharedInbox: `${home.origin}/inbox`,
    followers: `${uri}/followers`,
    keys,
    actor,
    get requests() {
      return requests()
    },
    get received() {
      return activitiesIn(requests())
    },
    receives: (wanted, withinMs) => waitFor(home, () => activitiesIn(requests()), wanted, withinMs),
    post(url, activity, sign = {}) {
      const plain = typeof activity === 'string' || Buffer.isBuffer(activity)
      const body = Buffer.from(plain ? activity : JSON.stringify(activity))
      return home.send(
        signed({ method: 'POST', url, headers: { 'content-type': TYPE }, body }, keys.rsa, sign),
      )
    },
    get: (url, sign = {}) =>
      home.send(signed({ method: 'GET', url, headers: { accept: TYPE }, body: undefined }, keys.rsa, sign)),
    ...makers,
  }
}

function actorDocument(origin: string, uri: string, name: string, keys: Person['keys']): Json {
  return {
    '@context': [AS, 'https://w3id.org/security/v1', 'https://w3id.org/security/multikey/v1'],
    id: uri,
    type: 'Person',
    preferredUsername: name,
    name,
    summary: `<p>${name}</p>`,
    url: `${origin}/@${name}`,
    inbox: `${uri}/inbox`,
    outbox: `${uri}/outbox`,
    followers: `${uri}/followers`,
    following: `${uri}/following`,
    featured: `${uri}/featured`,
    endpoints: { sharedInbox: `${origin}/inbox` },
    manuallyApprovesFollowers: false,
    discoverable: true,
    indexable: true,
    published: '2024-01-01T00:00:00Z',
    publicKey: { id: keys.rsa.uri, owner: uri, publicKeyPem: keys.rsa.publicPem },
    assertionMethod: [
      { id: keys.ed25519.uri, type: 'Multikey', controller: uri, publicKeyMultibase: keys.ed25519.multibase },
    ],
  }
}

function activityMakers(home: Home, uri: string) {
  const path = new URL(uri).pathname
  const activity = (type: string, object: unknown, more: Json = {}): Json => ({
    '@context': AS,
    id: `${uri}/activities/${++counter}`,
    type,
    actor: uri,
    object,
    ...more,
  })
  return {
    activity,
    note(content: string, more: Json = {}): Json {
      const number = ++counter
      const note = {
        '@context': AS,
        id: `${uri}/notes/${number}`,
        type: 'Note',
        attributedTo: uri,
        content: `<p>${content}</p>`,
        url: `${home.origin}/@${path.split('/').pop()}/${number}`,
        published: new Date().toISOString(),
        to: [PUBLIC],
        cc: [`${uri}/followers`],
        ...more,
      }
      home.serve(`${path}/notes/${number}`, note)
      return note
    },
    create: (note: Json, more: Json = {}) =>
      activity('Create', note, { to: note.to, cc: note.cc, published: note.published, ...more }),
    follow: (target: string) => activity('Follow', target, { to: [target] }),
    accept: (follow: Json) => activity('Accept', follow, { to: [follow.actor] }),
    reject: (follow: Json) => activity('Reject', follow, { to: [follow.actor] }),
    undo: (undone: Json) => activity('Undo', undone, { to: undone.to ?? [PUBLIC] }),
    update: (object: Json) => activity('Update', object, { to: object.to ?? [PUBLIC], cc: object.cc ?? [] }),
    delete: (gone: string) => activity('Delete', { id: gone, type: 'Tombstone' }, { to: [PUBLIC] }),
  }
}

function activitiesIn(requests: readonly PeerRequest[]): Json[] {
  return requests.flatMap((request) => (request.json === undefined ? [] : [request.json]))
}

async function waitFor(
  home: Home,
  read: () => Json[],
  wanted: string | ((activity: Json) => boolean),
  withinMs = 5000,
): Promise<Json> {
  const matches = typeof wanted === 'string' ? (activity: Json) => activity.type === wanted : wanted
  const until = Date.now() + withinMs
  for (;;) {
    const found = read().find(matches)
    if (found) return found
    const left = until - Date.now()
    if (left <= 0)
      throw new Error(`nothing like ${wanted} came within ${withinMs} ms; ${read().length} others did`)
    await Promise.race([home.arrival(), new Promise((resolve) => setTimeout(resolve, left).unref())])
  }
}
