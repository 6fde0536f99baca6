import type { Command } from 'commander'
import { blockAccount, unblockAccount } from '../domain/blocks/block.ts'
import { muteAccount, unmuteAccount } from '../domain/blocks/mute.ts'
import { reportAccount } from '../domain/moderation/report.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { requireAnyone } from './follow.ts'
import { requirePerson, withHouse } from './house.ts'

interface MuteOptions extends CommonOptions {
  readonly duration?: string
  readonly notifications: boolean
}

interface FlagOptions extends CommonOptions {
  readonly comment?: string
  readonly forward: boolean
}

/** `weft block`, `unblock`, `mute`, `unmute`, `flag` */
export function blockCommands(program: Command): void {
  const pair = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('<name>', 'an account here')
      .argument('<handle>', '@somebody@their.host')
  finish(pair('block', 'keeps somebody apart from an account: neither sees or follows the other'), block)
  finish(pair('unblock', 'takes a block back'), unblock)
  finish(
    pair('mute', 'looks away from somebody, who is told nothing')
      .option('--duration <time>', 'how long: 30m, 12h, 7d; for good, when left out')
      .option('--no-notifications', 'goes on notifying of what they do'),
    mute,
  )
  finish(pair('unmute', 'looks at them again'), unmute)
  finish(
    pair('flag', 'complains of somebody to those who look after their server, and this one')
      .argument('[posts...]', 'addresses of posts that show why')
      .option('--comment <text>', 'what is wrong')
      .option('--no-forward', 'tells only those who look after this server'),
    flag,
  )
}

async function block(name: string, handle: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const target = await requireAnyone(house, handle)
    await blockAccount(house.world, account, target)
    print(options, { state: 'blocked', target: target.uri }, `${name} blocks ${handle}.`)
  })
}

async function unblock(name: string, handle: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const target = await requireAnyone(house, handle)
    await unblockAccount(house.world, account, target)
    print(options, { state: 'none', target: target.uri }, `${name} no longer blocks ${handle}.`)
  })
}

async function mute(name: string, handle: string, options: MuteOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const target = await requireAnyone(house, handle)
    const seconds = options.duration === undefined ? undefined : secondsFrom(options.duration)
    await muteAccount(house.world, account, target, {
      notifications: options.notifications,
      ...(seconds !== undefined && { seconds }),
    })
    print(options, { state: 'muted', target: target.uri }, `${name} mutes ${handle}.`)
  })
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Reads `30m`, `12h` or `7d`. */
export function secondsFrom(text: string): number {
  const [, number = '', unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text.trim()) ?? []
  if (number === '') throw new UsageError('A duration looks like 30m, 12h or 7d.')
  return Number(number) * (UNITS[unit] ?? 1)
}

async function unmute(name: string, handle: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const target = await requireAnyone(house, handle)
    await unmuteAccount(house.world, account, target)
    print(options, { state: 'none', target: target.uri }, `${name} no longer mutes ${handle}.`)
  })
}

async function flag(
  name: string,
  handle: string,
  addresses: readonly string[],
  options: FlagOptions,
): Promise<void> {
  const odd = addresses.find((address) => !/^https?:$/.test(URL.parse(address)?.protocol ?? ''))
  if (odd !== undefined) throw new UsageError(`${odd} is no address of a post.`)
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const target = await requireAnyone(house, handle)
    const posts = await Promise.all(addresses.map((address) => house.findPost(address)))
    // An address that is not known here is passed on as it is: their server may know it.
    const postUris = addresses.map((address, at) => posts[at]?.uri ?? address)
    const id = await reportAccount(house.world, account, target, {
      postUris,
      comment: options.comment ?? '',
      forward: options.forward,
    })
    print(options, { id, target: target.uri, posts: postUris }, `Reported as ${id}.`)
  })
}
