import type { webcrypto } from 'node:crypto'
import type { Db } from '../../db/connect.ts'
import { findPrivateKey } from '../../domain/accounts/find.ts'
import { type OpeningKeyring, webCryptoAlgorithms } from '../../federation/keys.ts'
import { publicKeyFrom } from '../../federation/public-keys.ts'
import type { AccountView } from '../../views/view.ts'

/** The opened key pairs of one of ours, RSA first, for what Fedify itself signs. */
export async function openKeyPairs(
  db: Db,
  keyring: OpeningKeyring,
  account: AccountView,
): Promise<webcrypto.CryptoKeyPair[]> {
  const pairs: webcrypto.CryptoKeyPair[] = []
  for (const { kind, publicKey } of account.keys.toSorted((a, b) => b.kind.localeCompare(a.kind))) {
    const found = await findPrivateKey(db, account.id, kind)
    if (!found) continue
    pairs.push({
      privateKey: await keyring.open(found.sealed, account.id, kind),
      publicKey: publicKeyFrom(kind, publicKey).toCryptoKey(webCryptoAlgorithms[kind], true, ['verify']),
    })
  }
  return pairs
}
