import type { Command } from 'commander'
import { handleForPeople, handleFrom } from '../base/handles.ts'
import type { FollowId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import type { Account } from '../domain/accounts/account.ts'
import { whereNow } from '../domain/accounts/whereabouts.ts'
import { acceptFollow, rejectFollow, undoFollow } from '../domain/follows/answer.ts'
import { requestFollow } from '../domain/follows/request.ts'
import type { House } from '../house.ts'
import { listFollowers } from '../views/relationships.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { requirePerson, withHouse } from './house.ts'

interface FollowsOptions extends CommonOptions {
  readonly requests?: boolean
}

/** `weft follow`, `unfollow`, `follows`, `follow-accept`, `follow-reject` */
export function followCommands(program: Command): void {
  const pair = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('<name>', 'an account here')
      .argument('<handle>', '@somebody@their.host')
  finish(pair('follow', 'asks to follow somebody'), follow)
  finish(pair('unfollow', 'follows somebody no longer'), unfollow)
  finish(pair('follow-accept', 'accepts a follower who asked'), accept)
  finish(pair('follow-reject', 'turns down a request, or removes a follower'), reject)
  finish(
    program
      .command('follows')
      .description('lists who follows an account')
      .argument('<name>')
      .option('--requests', 'those who asked and wait for an answer'),
    follows,
  )
}

async function follow(name: string, handle: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const follower = await requirePerson(house, name)
    const followed = await whereNow(house.world, await requireAnyone(house, handle))
    const state = await requestFollow(house.world, follower, followed)
    const text =
      state === 'accepted' ? `${name} follows ${handle}.` : `${name} has asked to follow ${handle}.`
    print(options, { state, followed: followed.uri }, text)
  })
}

async function unfollow(name: string, handle: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const follower = await requirePerson(house, name)
    const followed = await requireAnyone(house, handle)
    await undoFollow(house.world, { followerId: follower.id, followedId: followed.id })
    print(options, { state: 'none', followed: followed.uri }, `${name} no longer follows ${handle}.`)
  })
}

async function accept(name: string, handle: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const followed = await requirePerson(house, name)
    const follower = await requireAnyone(house, handle)
    await acceptFollow(house.world, { followerId: follower.id, followedId: followed.id })
    print(options, { state: 'accepted', follower: follower.uri }, `${handle} follows ${name}.`)
  })
}

async function reject(name: string, handle: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const followed = await requirePerson(house, name)
    const follower = await requireAnyone(house, handle)
    await rejectFollow(house.world, { followerId: follower.id, followedId: followed.id })
    print(options, { state: 'none', follower: follower.uri }, `${handle} does not follow ${name}.`)
  })
}

async function follows(name: string, options: FollowsOptions): Promise<void> {
  await withHouse(async (house) => {
    const { db, uris } = house.world
    const account = await requirePerson(house, name)
    for (let maxId: FollowId | undefined; ; ) {
      const state = options.requests ? 'requested' : 'accepted'
      const page = await listFollowers(db, account.id, { limit: 100, state, ...(maxId && { maxId }) })
      for (const { account: who, createdAt } of page.items) {
        const handle = `@${handleForPeople(who, uris.handleHost)}`
        print(options, { handle, uri: who.uri, state, since: createdAt }, `${handle}\t${who.url}`)
      }
      if (!page.next) return
      maxId = page.next as FollowId
    }
  })
}

/** Somebody here or elsewhere, by handle; asks their server when they are not known yet. */
export async function requireAnyone(house: House, text: string): Promise<Account> {
  const handle = handleFrom(text) ?? refuse('handle.invalid')
  const account = await house.world.directory.find(handle)
  if (!account) throw new UsageError(`Nobody answers to ${text}.`)
  return account
}
