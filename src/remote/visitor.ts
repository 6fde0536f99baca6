import { LRUCache } from 'lru-cache'
import type { Clock } from '../base/clock.ts'
import { refuse } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import type { Uris } from '../base/uris.ts'
import type { SignatureForm } from '../federation/sign.ts'
import { retryAfterFrom } from '../jobs/retry.ts'
import { type Answer, getOnce } from './exchange.ts'
import type { WayOut } from './way-out.ts'

/** Headers of a signed GET for exactly that address, Host and Accept among them. */
export type SignGet = (url: URL, form: SignatureForm, accept: string) => Promise<Record<string, string>>

export interface VisitorOptions {
  readonly dispatcher: WayOut
  readonly uris: Uris
  readonly clock: Clock
  /** without it nothing is signed: tests only, since many servers answer nothing then */
  readonly signGet?: SignGet
}

export interface Visit {
  readonly accept: string
  readonly signed: boolean
  /** signs in somebody else's name than the server's own */
  readonly signGet?: SignGet
  readonly endsAt: number
  /** after so many bytes the rest is left unread; else more than a megabyte is refused */
  readonly cutAt?: number
  /** whether it may go on to where it is sent; everywhere, when left out */
  readonly mayGoOn?: (url: URL) => Promise<boolean>
}

/** Goes to an address and wherever it is sent on from there. */
export interface Visitor {
  /**
   * @returns an answer of 2xx
   * @throws Refusal 'remote.ours' for our own addresses, 'remote.not-found', 'remote.gone', 'remote.refused';
   *   Transient when the same may work later, with the wait that was asked for
   */
  visit(url: URL, visit: Visit): Promise<Answer>
}

const MAX_BYTES = 1_048_576
const REDIRECTS = 5
const HOSTS = 5000
/** How long a host that answered 429 is left alone at most. */
const LONGEST_PAUSE_SECONDS = 900

export function createVisitor(options: VisitorOptions): Visitor {
  const { dispatcher, uris, clock, signGet } = options
  const forms = new LRUCache<string, SignatureForm>({ max: HOSTS, ttl: 7 * 86_400_000 })
  const paused = new LRUCache<string, number>({ max: HOSTS })

  async function ask(url: URL, visit: Visit, form: SignatureForm): Promise<Answer> {
    const sign = visit.signGet ?? signGet
    const headers = visit.signed && sign ? await sign(url, form, visit.accept) : { accept: visit.accept }
    return getOnce(dispatcher, url, {
      headers,
      maxBytes: MAX_BYTES,
      endsAt: visit.endsAt,
      cutAt: visit.cutAt,
    })
  }

  /** One stop of the way: with the signature that the host took last, and with the other one when it takes it not. */
  async function stop(url: URL, visit: Visit): Promise<Answer> {
    requireUnpaused(url.host, paused.get(url.host), clock.now())
    const known = forms.get(url.host)
    const first = known ?? 'cavage'
    const answer = await ask(url, visit, first)
    if (!visit.signed || !(visit.signGet ?? signGet)) return answer
    if (!mayTakeTheOther(answer.status, known !== undefined)) {
      if (answer.status < 300) forms.set(url.host, first)
      return answer
    }
    const other = first === 'cavage' ? 'rfc9421' : 'cavage'
    const second = await ask(url, visit, other)
    if (second.status < 400) forms.set(url.host, other)
    return second.status < 400 ? second : answer
  }

  return {
    async visit(url, visit) {
      const seen = new Set<string>()
      let at = url
      for (let hop = 0; hop <= REDIRECTS; hop++) {
        requireVisitable(at, uris)
        if (seen.has(at.href)) refuse('remote.refused', { reason: 'sent in a circle' })
        seen.add(at.href)
        const answer = await stop(at, visit)
        const next = nextStop(answer, at)
        if (next === undefined) return taken(answer, paused, clock.now())
        if (visit.mayGoOn && !(await visit.mayGoOn(next))) {
          refuse('remote.refused', { reason: 'sent on to where robots may not go' })
        }
        at = next
      }
      return refuse('remote.refused', { reason: `sent on more than ${REDIRECTS} times` })
    },
  }
}

/** A host that is not known yet may say no in many ways to a signature that it cannot read. */
function mayTakeTheOther(status: number, known: boolean): boolean {
  return status === 401 || (!known && (status === 400 || status === 403))
}

function requireUnpaused(host: string, until: number | undefined, now: Date): void {
  const left = ((until ?? 0) - now.getTime()) / 1000
  if (left > 0) throw new Transient(`${host} asked us to wait`, { retryAfterSeconds: Math.ceil(left) })
}

function requireVisitable(url: URL, uris: Uris): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    refuse('remote.refused', { reason: `${url.protocol} is not spoken` })
  }
  if (url.username !== '' || url.password !== '') {
    refuse('remote.refused', { reason: 'a user name in the address' })
  }
  if (isOurHost(url, uris)) refuse('remote.ours')
}

/** Our own server is never asked: whatever the spelling, the database knows better (S-055). */
export function isOurHost(url: URL, uris: Uris): boolean {
  const here = new URL(uris.origin)
  if (url.hostname.replace(/\.$/, '') !== here.hostname) return false
  return url.port === here.port || (isUsualPort(url) && isUsualPort(here))
}

function isUsualPort({ port }: URL): boolean {
  return port === '' || port === '80' || port === '443'
}

function nextStop(answer: Answer, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(answer.status)) return undefined
  const location = answer.header('location')
  if (location === '' || location.length > 2048 || !URL.canParse(location, from.href)) {
    return refuse('remote.refused', { reason: 'sent on to nowhere' })
  }
  const next = new URL(location, from)
  if (next.protocol !== from.protocol) refuse('remote.refused', { reason: 'sent on to another scheme' })
  return next
}

function taken(answer: Answer, paused: LRUCache<string, number>, now: Date): Answer {
  const { status, url } = answer
  if (status >= 200 && status < 300) return answer
  const reason = `${url.host} answered ${status}`
  if (status === 404) refuse('remote.not-found', { reason, status })
  if (status === 410) refuse('remote.gone', { reason })
  if (status !== 408 && status !== 425 && status !== 429 && status < 500)
    refuse('remote.refused', { reason, status })
  const retryAfterSeconds = retryAfterFrom(answer.header('retry-after'), now)
  if (status === 429) {
    const wait = Math.min(retryAfterSeconds ?? 60, LONGEST_PAUSE_SECONDS)
    paused.set(url.host, now.getTime() + wait * 1000)
  }
  throw new Transient(reason, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
}
