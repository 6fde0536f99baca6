import type { webcrypto } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../base/clock.ts'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { Tx } from '../db/transact.ts'
import { findPrivateKey } from '../domain/accounts/find.ts'
import type { JsonObject } from '../translate/json.ts'
import type { OpeningKeyring } from './keys.ts'
import { addLinkedDataSignature } from './linked-data.ts'
import { addProof } from './proofs.ts'

/** Signs what an account of ours says, so that others can pass it on; given back unsigned where there is no key. */
export type Seal = (db: Db | Tx, accountId: AccountId, document: JsonObject) => Promise<JsonObject>

interface OpenKey {
  readonly keyUri: string
  readonly privateKey: webcrypto.CryptoKey
}

/** Whoever says something will say more; and whoever is gone says nothing, with whatever key. */
const KEYS = 2000
const HELD_MS = 60_000

/**
 * Makes the function that signs the content of what is public, once, before it is kept: an object integrity proof first,
 * then a Linked Data signature over both (the order that FEP-8b32 asks for). Deliveries carry these same bytes.
 */
export function createSeal(parts: { readonly keyring: OpeningKeyring; readonly clock: Clock }): Seal {
  const { keyring, clock } = parts
  const held = new LRUCache<string, OpenKey>({ max: KEYS, ttl: HELD_MS })
  const open = async (db: Db | Tx, accountId: AccountId, kind: 'rsa' | 'ed25519') => {
    const name = `${kind} ${accountId}`
    const known = held.get(name)
    if (known) return known
    const key = await findPrivateKey(db, accountId, kind)
    if (!key) return undefined
    const opened = { keyUri: key.uri, privateKey: await keyring.open(key.sealed, accountId, kind) }
    held.set(name, opened)
    return opened
  }
  return async (db, accountId, document) => {
    const now = clock.now()
    const [ed25519, rsa] = [await open(db, accountId, 'ed25519'), await open(db, accountId, 'rsa')]
    const proven = ed25519 ? await addProof(document, ed25519, now) : document
    if (!rsa) return proven
    // Nothing that is said may be lost because JSON-LD cannot put it in order.
    return addLinkedDataSignature(proven, rsa, now).catch(() => proven)
  }
}
