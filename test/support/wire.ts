import { readdirSync, readFileSync } from 'node:fs'
import type { Json } from './peer.ts'

/** One thing that other software really sends, and what becomes of it here. `@RSA@` stands for a key. */
export interface Quirk<Doc = Json> {
  readonly from: string
  readonly note: string
  readonly activity?: Doc
  readonly object?: Doc
  readonly actor?: Doc
  /** what the reader is told besides */
  readonly known?: Json
  readonly expect: Doc
  /** what people see of it afterwards, where that is more or other than how it is read */
  readonly seen?: Doc
}

const folder = new URL('../wire/', import.meta.url)

/** Every file of test/wire, by its name without the ending. */
export function readQuirks<Doc = Json>(publicPem = '@RSA@'): [string, Quirk<Doc>][] {
  const pem = JSON.stringify(publicPem).slice(1, -1)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8').replaceAll('@RSA@', pem)
      return [name.replace('.json', ''), JSON.parse(text) as Quirk<Doc>]
    })
}

/** A quirk as the inbox of a server would meet it. */
export interface Played {
  readonly name: string
  readonly quirk: Quirk
  /** whose hand it is, and signs it */
  readonly actorUri: string
  readonly host: string
  readonly activity: Json
  readonly followersUrl: string
  /** the same in what is expected of it */
  readonly expected: Json
  readonly seen: Json
}

/**
 * Gives each quirk a host of its own, so that none meets the posts of another, and puts our own addresses in the place
 * of those that it names; a bare object comes in a Create of its author's. Actors, and what names nobody, are left out.
 * @param ours what our addresses in it really are, by what follows `https://here.example`
 */
export function play(
  quirks: Iterable<readonly [string, Quirk]>,
  ours: (path: string) => string,
): readonly Played[] {
  return [...quirks].flatMap(([name, quirk], index): Played[] => {
    const inner = quirk.activity ?? quirk.object
    const author = inner && uriOf(quirk.activity ? inner.actor : inner.attributedTo)
    if (!inner || !author || !URL.canParse(author)) return []
    const { host, protocol } = new URL(author)
    const home = `w${index}.${host}`
    const moved = <T>(value: T): T =>
      JSON.parse(
        JSON.stringify(value ?? null)
          .replaceAll(`${protocol}//${host}`, `https://${home}`)
          .replaceAll(/https:\/\/here\.example([\w/@.-]*)/g, (_, path: string) => ours(path)),
      ) as T
    const object = moved(inner)
    const actorUri = moved(author)
    const activity = quirk.activity
      ? object
      : {
          '@context': 'https://www.w3.org/ns/activitystreams',
          id: `https://${home}/activities/${index}`,
          type: 'Create',
          actor: actorUri,
          to: object.to,
          cc: object.cc,
          object,
        }
    const own = moved(quirk.known?.followersUrl ?? followersIn(inner, host))
    const followersUrl = own ?? `${actorUri}/followers`
    const expected = moved(quirk.expect)
    const seen = { ...expected, ...moved(quirk.seen ?? {}) }
    return [
      { name, quirk, actorUri, host: home, followersUrl: String(followersUrl), activity, expected, seen },
    ]
  })
}

function uriOf(value: unknown): string | undefined {
  const first = Array.isArray(value) ? (value.find(isPerson) ?? value[0]) : value
  if (typeof first === 'string') return first
  const id = (first as Json | undefined)?.id
  return typeof id === 'string' ? id : undefined
}

const isPerson = (value: unknown) => (value as Json | undefined)?.type === 'Person'

/** The author's followers by the look of the addresses, for those who keep them elsewhere than below the actor. */
function followersIn({ to, cc }: Json, host: string): string | undefined {
  return [to, cc]
    .flat()
    .filter((address) => typeof address === 'string')
    .find((address) => address.includes('followers') && address.includes(`//${host}/`))
}

/** Every server that is named anywhere in them: the one who plays them all answers in their names. */
export function hostsIn(played: readonly Played[]): readonly string[] {
  const text = JSON.stringify(played.map(({ activity }) => activity))
  const hosts = [...text.matchAll(/https?:\/\/([\w.-]+\.[a-z]+)(?=[/"#?])/g)].map(([, host]) => host ?? '')
  return [...new Set([...hosts, ...played.map(({ host }) => host)])]
}

/** That another server cannot be reached is no stumble of ours. */
export const stumbles = (errors: readonly string[]) =>
  errors.filter((error) => !error.includes(' Transient: '))
