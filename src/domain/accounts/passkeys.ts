import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { isBareAttestation } from './attestation.ts'
import { endEverywhere } from './end-everywhere.ts'
import { findLogin } from './login-store.ts'
import { type Ceremony, isChallenge, takeChallenge } from './passkey-challenge.ts'
import {
  countUse,
  findPasskey,
  findPasskeysOf,
  insertPasskey,
  type StoredPasskey,
  updatePasskeyName,
} from './passkey-store.ts'
import { ensureRecoveryCodes } from './recovery-codes.ts'
import { keyedHash, type Vault } from './vault.ts'

/** The signature algorithms of COSE that are taken: Ed25519, P-256 and, for older keys of Windows, RSA. */
export const ALGORITHMS = [-8, -7, -257]
const MOST = 20
const NAME_LENGTH = 60

type Parts = Pick<World, 'db' | 'clock' | 'uris'> & Vault
type Owner = { readonly id: AccountId; readonly name: string }

/** What a browser sent of a passkey that was made, or that signed; `faces` has checked its form. */
export type MadePasskey = RegistrationResponseJSON
export type SignedByPasskey = AuthenticationResponseJSON

/** Whose passkeys these are, and for which site: from the settings, never from a request. */
export function relyingParty(uris: Pick<World['uris'], 'origin' | 'handleHost'>) {
  return { id: new URL(uris.origin).hostname, name: uris.handleHost }
}

/** Browsers make passkeys for names only, not for bare addresses, and not over plain http but at home. */
export function hasPasskeys({ origin }: Pick<World['uris'], 'origin'>): boolean {
  const { hostname, protocol } = new URL(origin)
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true
  return protocol === 'https:' && !/^[\d.]+$|^\[/.test(hostname)
}

/** By what an authenticator knows an account; it says nothing to others. */
export function userHandle(vault: Vault, accountId: AccountId): string {
  return keyedHash(vault, 'user handles', accountId).toString('base64url')
}

/** The ids of an account's passkeys. */
export async function passkeyIdsOf(
  world: Pick<World, 'db'>,
  accountId: AccountId,
): Promise<readonly Pick<StoredPasskey, 'credentialId' | 'transports'>[]> {
  return findPasskeysOf(world.db, accountId)
}

/**
 * Keeps a new passkey. All sessions and all that apps were given ends, the asker's own included.
 * @returns recovery codes, when these are the first
 * @throws Refusal `passkey.wrong` | `passkey.known` | `passkey.too-many`
 */
export async function addPasskey(
  world: Parts,
  account: Owner,
  ceremony: Ceremony,
  input: { readonly name: string; readonly made: MadePasskey },
): Promise<readonly string[] | undefined> {
  const now = world.clock.now()
  const credential = await checkMade(world, ceremony, input.made, now)
  return transact(world.db, async (tx) => {
    if ((await findPasskeysOf(tx, account.id)).length >= MOST) refuse('passkey.too-many', { most: MOST })
    const added = await insertPasskey(tx, {
      credentialId: credential.id,
      accountId: account.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: credential.transports ?? [],
      name: nameFrom(input.name),
      now,
    })
    if (!added) refuse('passkey.known')
    const codes = await ensureRecoveryCodes(world, tx, account.id)
    await endEverywhere(tx, account.id)
    return codes
  })
}

async function checkMade(world: Parts, ceremony: Ceremony, made: MadePasskey, now: Date) {
  if (!(await isBareAttestation(made.response.attestationObject))) return refuse('passkey.wrong')
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  let challenge = ''
  const verified = await verifyRegistrationResponse({
    response: made,
    expectedChallenge: (given) => {
      challenge = given
      return isChallenge(world, ceremony, now, given)
    },
    expectedOrigin: world.uris.origin,
    expectedRPID: relyingParty(world.uris).id,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => undefined)
  if (!verified?.verified || !(await takeChallenge(world.db, challenge, now))) return refuse('passkey.wrong')
  return verified.registrationInfo.credential
}

/**
 * Whose passkey has signed, checked by its person (WebAuthn level 3, §7.2): the challenge is ours and new, the origin
 * and the relying party are ours, the person was verified, and its counter has not gone back.
 * @param accountId who it has to be, where that is known
 * @throws Refusal `passkey.wrong`
 */
export async function takePasskey(
  world: Parts,
  ceremony: Ceremony,
  signed: SignedByPasskey,
  accountId?: AccountId,
): Promise<AccountId> {
  const passkey = (await findPasskey(world.db, signed.id)) ?? refuse('passkey.wrong')
  const handle = signed.response.userHandle
  const isTheirs = handle === undefined || handle === userHandle(world, passkey.accountId)
  // Without a name that was typed, the handle is what says who they are (§7.2, step 6).
  const isNamed = accountId === undefined ? handle !== undefined : accountId === passkey.accountId
  if (!isTheirs || !isNamed) refuse('passkey.wrong')
  const now = world.clock.now()
  const counter = await checkSigned(world, ceremony, signed, passkey, now)
  const use = { before: passkey.counter, counter, now }
  if (!(await countUse(world.db, passkey.credentialId, use))) refuse('passkey.wrong')
  return passkey.accountId
}

async function checkSigned(
  world: Parts,
  ceremony: Ceremony,
  signed: SignedByPasskey,
  passkey: StoredPasskey,
  now: Date,
): Promise<number> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  let challenge = ''
  const verified = await verifyAuthenticationResponse({
    response: signed,
    expectedChallenge: (given) => {
      challenge = given
      return isChallenge(world, ceremony, now, given)
    },
    expectedOrigin: world.uris.origin,
    expectedRPID: relyingParty(world.uris).id,
    credential: {
      id: passkey.credentialId,
      publicKey: Uint8Array.from(passkey.publicKey),
      counter: passkey.counter,
    },
    requireUserVerification: true,
  }).catch(() => undefined)
  if (!verified?.verified || !(await takeChallenge(world.db, challenge, now))) return refuse('passkey.wrong')
  return verified.authenticationInfo.newCounter
}

/** Refuses with `login.disabled` whoever may not sign in, after the passkey was right. */
export async function requireEnabled(world: Pick<World, 'db'>, accountId: AccountId): Promise<void> {
  const login = await findLogin(world.db, accountId)
  if (!login || login.disabled) refuse('login.disabled')
}

/** Calls a passkey something else. One that they do not have is left alone. */
export async function renamePasskey(
  world: Pick<World, 'db'>,
  accountId: AccountId,
  credentialId: string,
  name: string,
): Promise<void> {
  await updatePasskeyName(world.db, accountId, credentialId, nameFrom(name))
}

function nameFrom(text: string): string {
  return [...text.trim()].slice(0, NAME_LENGTH).join('') || 'Passkey'
}
