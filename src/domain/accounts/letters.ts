import type { StrikeId } from '../../base/ids.ts'
import type { StrikeAction } from '../../db/tables/admin.ts'
import { findStrike } from '../moderation/acts-find.ts'
import type { World } from '../world.ts'
import { confirmState } from './confirm-email.ts'
import type { MailJob } from './jobs.ts'
import { linkToken } from './mail-links.ts'
import { findOwnerOf, findRegistrant, type Registrant } from './registration-find.ts'
import { mayReset, resetState } from './reset-password.ts'
import type { Vault } from './vault.ts'

/** What is sent to somebody's mailbox. */
export interface Letter {
  readonly what: Exclude<MailJob['what'], 'nothing'>
  readonly to: string
  readonly subject: string
  readonly text: string
}

type Parts = Pick<World, 'db' | 'clock' | 'uris'>

/** The letter that a job asks for, as things are now; none when there is nothing to be said any more. */
export async function letterFor(world: Parts, vault: Vault, job: MailJob): Promise<Letter | undefined> {
  if (job.what === 'nothing') return undefined
  const registrant = await findRegistrant(world.db, job.accountId)
  if (!registrant) return undefined
  switch (job.what) {
    case 'confirm':
      return toConfirm(world, vault, registrant)
    case 'approved':
      return registrant.email === null ? undefined : approved(world, registrant, registrant.email)
    case 'reset':
      return mayReset(registrant) ? toReset(world, vault, registrant, registrant.email) : undefined
    case 'changed':
      return registrant.email === null ? undefined : changed(world, registrant, registrant.email)
    case 'moving':
      return registrant.email === null ? undefined : moving(world, registrant, registrant.email)
    case 'warned':
      return registrant.email === null ? undefined : warned(world, registrant, registrant.email, job.strikeId)
  }
}

/** An address that is somebody's already: that is told to nobody but whoever reads what is sent there. */
async function toConfirm(world: Parts, vault: Vault, registrant: Registrant): Promise<Letter | undefined> {
  const { unconfirmedEmail: to } = registrant
  if (to === null) return undefined
  const owner = await findOwnerOf(world.db, to)
  return owner ? known(world, owner, to) : confirm(world, vault, registrant, to)
}

function confirm(world: Parts, vault: Vault, registrant: Registrant, to: string): Letter {
  const { uris, clock } = world
  const token = linkToken(vault, 'confirm', registrant.id, confirmState(registrant), clock.now())
  return letter('confirm', to, `Confirm your e-mail address at ${uris.handleHost}`, [
    `Somebody, most likely you, has made the account @${registrant.name} at ${uris.handleHost} with this e-mail address.`,
    `To confirm that it is yours, open this page within two days:\n\n${uris.origin}/sign-up/confirm?token=${token}`,
    'If it was not you, you need do nothing: without your confirmation the account cannot be used, and is removed after a week.',
  ])
}

function known({ uris }: Parts, owner: Registrant, to: string): Letter {
  return letter('confirm', to, `You have an account at ${uris.handleHost}`, [
    `Somebody, perhaps you, wanted to make another account at ${uris.handleHost} with this e-mail address. You have one already: @${owner.name}.`,
    `Sign in at ${uris.origin}/sign-in, or choose a new password at ${uris.origin}/password/forgot.`,
    'If it was not you, you need do nothing.',
  ])
}

function approved({ uris }: Parts, { name }: Registrant, to: string): Letter {
  return letter('approved', to, `Your account at ${uris.handleHost} is ready`, [
    `The people who run ${uris.handleHost} have approved your account @${name}. Welcome!`,
    `Sign in at ${uris.origin}/sign-in.`,
  ])
}

function toReset(world: Parts, vault: Vault, registrant: Registrant, to: string): Letter {
  const { uris, clock } = world
  const token = linkToken(vault, 'reset', registrant.id, resetState(registrant), clock.now())
  return letter('reset', to, `A new password for ${uris.handleHost}`, [
    `Somebody, most likely you, wants to choose a new password for your account @${registrant.name} at ${uris.handleHost}.`,
    `To do so, open this page within an hour. It works once:\n\n${uris.origin}/password/reset?token=${token}`,
    'If it was not you, you need do nothing: your password stays as it is.',
  ])
}

function changed({ uris }: Parts, { name }: Registrant, to: string): Letter {
  return letter('changed', to, `Your password at ${uris.handleHost} was changed`, [
    `Your account @${name} at ${uris.handleHost} has a new password, and is signed out everywhere.`,
    `If that was not you, choose another one at once: ${uris.origin}/password/forgot`,
  ])
}

function moving({ uris }: Parts, { name }: Registrant, to: string): Letter {
  return letter('moving', to, `Your e-mail address at ${uris.handleHost}`, [
    `Somebody, most likely you, wants your account @${name} at ${uris.handleHost} to have another e-mail address than this one. It has, as soon as a link that was sent there is opened.`,
    `If that was not you, somebody knows your password. Choose another one at once: ${uris.origin}/password/forgot`,
  ])
}

async function warned(
  { db, uris }: Parts,
  { name }: Registrant,
  to: string,
  strikeId: StrikeId,
): Promise<Letter | undefined> {
  const strike = await findStrike(db, strikeId)
  if (!strike) return undefined
  const { text } = strike
  return letter('warned', to, `About your account at ${uris.handleHost}`, [
    `Those who look after ${uris.handleHost} have decided about your account @${name}: ${DECISIONS[strike.action]}`,
    ...(text === '' ? [] : [`They say:\n\n${text}`]),
    `How to reach them stands at ${uris.origin}/about.`,
  ])
}

const DECISIONS: Readonly<Record<StrikeAction, string>> = {
  none: 'this is a warning, and nothing else has changed.',
  sensitive: 'your pictures and films are shown only to who asks for them.',
  disable: 'you cannot sign in for now. What you said stays where it is.',
  silence: 'those who do not follow you do not come upon what you say any more.',
  suspend: 'it is suspended. Nobody sees it or what you said, and you cannot sign in.',
}

function letter(what: Letter['what'], to: string, subject: string, paragraphs: readonly string[]): Letter {
  return { what, to, subject, text: `${paragraphs.join('\n\n')}\n` }
}
