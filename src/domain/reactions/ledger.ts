import type { AccountId } from '../../base/ids.ts'
import type { Echo, ReactionKey } from './reaction.ts'

/** One reaction that is in force, under the id that it is stored by. */
export interface Standing {
  readonly key: ReactionKey
  readonly uri: string
}

/** One reaction whose standing is another now: `before` and `now` are the ids it is stored by, null when it is not. */
export interface Change {
  readonly key: ReactionKey
  readonly before: string | null
  readonly now: string | null
}

export type Added = 'added' | 'known' | 'undone'
export type Undone = 'removed' | 'remembered' | 'known' | 'nothing'

export interface Ledger {
  /** @returns `undone` when that very id was taken back before it came */
  add(key: ReactionKey, uri: string): Added
  /**
   * By the id of what is undone, else by what it was.
   * @param meant what is taken back where nobody knows the id
   */
  undo(accountId: AccountId, uri: string | undefined, meant: readonly ReactionKey[]): Undone
  /** likes and emoji of an account for a post that are in force */
  keysOf(of: Pick<ReactionKey, 'accountId' | 'postId'>): readonly ReactionKey[]
  changes(): readonly Change[]
  /** what is to be remembered anew of ids, and what to be forgotten */
  echoes(): { readonly put: readonly Echo[]; readonly forget: readonly Echo[] }
}

/** Ids under which the same may be said; whoever says it more often repeats themselves without need. */
const MOST_URIS = 5

/**
 * What is in force and what was undone, for the reactions that a batch touches. A reaction is in force while one of the
 * ids under which it was said has not been undone, so neither the order in which these come nor how often matters. Some
 * servers undo an id that they never gave (Lemmy makes a new one): then whatever stands is taken, and comes back should
 * that id turn out to be another one that was late.
 *
 * Pure; whoever makes it stores the changes.
 */
export function createLedger(standings: readonly Standing[], known: readonly Echo[]): Ledger {
  const keys = new Map<string, ReactionKey>()
  const live = new Map<string, string[]>()
  const gone = new Map<string, Exclude<Echo, { state: 'live' }>>()

  const urisOf = (key: ReactionKey): string[] => {
    const name = nameOf(key)
    keys.set(name, key)
    const uris = live.get(name) ?? []
    live.set(name, uris)
    return uris
  }
  for (const { key, uri } of standings) urisOf(key).push(uri)
  for (const echo of known) {
    // One whose reaction is gone says nothing again, and is forgotten.
    if (echo.state === 'live') live.get(nameOf(echo.key))?.push(echo.uri)
    else gone.set(idOf(echo), echo)
  }
  const before = new Map([...live].map(([name, uris]) => [name, uris[0] ?? null]))

  function markUndone(accountId: AccountId, uri: string, took: readonly string[] = []): void {
    gone.set(idOf({ accountId, uri }), { state: 'undone', accountId, uri, took })
  }

  function giveBack(accountId: AccountId, uri: string): Added {
    const taken = gone.get(idOf({ accountId, uri }))
    if (taken?.state !== 'taken') return 'undone'
    gone.delete(idOf(taken))
    return add(taken.key, uri)
  }

  function add(key: ReactionKey, uri: string): Added {
    const { accountId } = key
    const past = gone.get(idOf({ accountId, uri }))
    if (past?.state === 'undone') {
      // Now it is known what the Undo was about, so what was taken in its stead comes back.
      if (past.took.length > 0) markUndone(accountId, uri)
      return past.took.map((one) => giveBack(accountId, one)).includes('added') ? 'added' : 'undone'
    }
    if (past) return 'undone'
    const uris = urisOf(key)
    if (uris.includes(uri) || uris.length >= MOST_URIS) return 'known'
    uris.push(uri)
    return uris.length === 1 ? 'added' : 'known'
  }

  function undo(accountId: AccountId, uri: string | undefined, meant: readonly ReactionKey[]): Undone {
    if (uri !== undefined) {
      const standing = [...live].find(
        ([name, uris]) => keys.get(name)?.accountId === accountId && uris.includes(uri),
      )
      const past = gone.get(idOf({ accountId, uri }))
      if (past?.state === 'undone') return 'known'
      if (standing || past) {
        const [name = '', uris = []] = standing ?? []
        if (standing)
          live.set(
            name,
            uris.filter((one) => one !== uri),
          )
        markUndone(accountId, uri)
        return standing ? 'removed' : 'known'
      }
    }
    const took = meant.flatMap((key) => take(key, uri !== undefined))
    if (uri !== undefined) markUndone(accountId, uri, took)
    if (took.length > 0) return 'removed'
    return uri === undefined ? 'nothing' : 'remembered'
  }

  function take(key: ReactionKey, byGuess: boolean): readonly string[] {
    const uris = urisOf(key)
    live.set(nameOf(key), [])
    const { accountId } = key
    for (const uri of uris) {
      if (byGuess) gone.set(idOf({ accountId, uri }), { state: 'taken', accountId, uri, key })
      else markUndone(accountId, uri)
    }
    return uris
  }

  return {
    add,
    undo,
    keysOf: ({ accountId, postId }) =>
      [...live].flatMap(([name, uris]) => {
        const key = keys.get(name)
        const theirs = key?.accountId === accountId && key.postId === postId && key.kind === 'like'
        return theirs && uris.length > 0 ? [key] : []
      }),
    changes: () =>
      [...live].flatMap(([name, uris]) => {
        const [key, was, now] = [keys.get(name), before.get(name) ?? null, uris[0] ?? null]
        return key === undefined || was === now ? [] : [{ key, before: was, now }]
      }),
    echoes() {
      const now = new Map<string, Echo>(gone)
      for (const [name, uris] of live) {
        const key = keys.get(name)
        if (!key) continue
        const { accountId } = key
        for (const uri of uris.slice(1)) {
          now.set(idOf({ accountId, uri }), { state: 'live', accountId, uri, key })
        }
      }
      const had = new Map(known.map((echo) => [idOf(echo), echo]))
      return {
        put: [...now].flatMap(([id, echo]) => (isSame(had.get(id), echo) ? [] : [echo])),
        forget: known.filter((echo) => !now.has(idOf(echo))),
      }
    },
  }
}

function nameOf({ accountId, postId, kind, emoji }: ReactionKey): string {
  return `${accountId} ${postId} ${kind} ${emoji ?? ''}`
}

function idOf({ accountId, uri }: { readonly accountId: AccountId; readonly uri: string }): string {
  return `${accountId} ${uri}`
}

function isSame(one: Echo | undefined, other: Echo): boolean {
  if (one?.state !== other.state) return false
  if (one.state !== 'undone' || other.state !== 'undone') return true
  return one.took.length === other.took.length
}
