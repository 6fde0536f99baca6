import { type Command, Option } from 'commander'
import type { PostId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import type { Visibility } from '../base/visibility.ts'
import type { LocalAccount } from '../domain/accounts/account.ts'
import { boostPost } from '../domain/reactions/boost.ts'
import { likePost } from '../domain/reactions/like.ts'
import { reactToPost } from '../domain/reactions/react.ts'
import { unboostPost, unlikePost, unreactToPost } from '../domain/reactions/undo.ts'
import type { World } from '../domain/world.ts'
import { type CommonOptions, finish, print } from './command.ts'
import { requirePerson, withHouse } from './house.ts'

interface BoostOptions extends CommonOptions {
  readonly visibility: Exclude<Visibility, 'direct'>
}

type Operation = (world: World, account: LocalAccount, id: PostId) => Promise<PostId>

/** `weft like`, `unlike`, `boost`, `unboost`, `react`, `unreact` */
export function reactionCommands(program: Command): void {
  const about = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('<name>', 'an account here')
      .argument('<url>', 'the post')
  finish(about('like', 'likes a post'), (name: string, url: string, options: CommonOptions) =>
    run(name, url, options, likePost, 'likes'),
  )
  finish(about('unlike', 'likes a post no longer'), (name: string, url: string, options: CommonOptions) =>
    run(name, url, options, unlikePost, 'no longer likes'),
  )
  finish(
    about('boost', 'shows a post to one’s followers').addOption(
      new Option('--visibility <visibility>', 'whom the boost is for')
        .choices(['public', 'unlisted', 'followers'])
        .default('public'),
    ),
    (name: string, url: string, options: BoostOptions) =>
      run(
        name,
        url,
        options,
        (world, account, id) => boostPost(world, account, id, options.visibility),
        'boosts',
      ),
  )
  finish(about('unboost', 'takes a boost back'), (name: string, url: string, options: CommonOptions) =>
    run(name, url, options, unboostPost, 'no longer boosts'),
  )
  finish(
    about('react', 'puts an emoji to a post').argument('<emoji>'),
    (name: string, url: string, emoji: string, options: CommonOptions) =>
      run(
        name,
        url,
        options,
        (world, account, id) => reactToPost(world, account, id, emoji),
        `puts ${emoji} to`,
      ),
  )
  finish(
    about('unreact', 'takes an emoji back').argument('<emoji>'),
    (name: string, url: string, emoji: string, options: CommonOptions) =>
      run(
        name,
        url,
        options,
        (world, account, id) => unreactToPost(world, account, id, emoji),
        `takes ${emoji} back from`,
      ),
  )
}

async function run(
  name: string,
  url: string,
  options: CommonOptions,
  operation: Operation,
  verb: string,
): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const post = (await house.resolvePost(url)) ?? refuse('post.not-found')
    const id = await operation(house.world, account, post.id)
    print(options, { id, post: post.uri }, `${account.name} ${verb} ${url}.`)
  })
}
