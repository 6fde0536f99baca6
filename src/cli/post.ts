import { type Command, Option } from 'commander'
import type { PostId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import { type Visibility, visibilities } from '../base/visibility.ts'
import type { LocalAccount } from '../domain/accounts/account.ts'
import { findAccount } from '../domain/accounts/find.ts'
import type { Choice } from '../domain/policies/policy.ts'
import { editPost } from '../domain/posts/edit.ts'
import { publishPost } from '../domain/posts/publish.ts'
import { removePost } from '../domain/posts/remove.ts'
import type { House } from '../house.ts'
import { type CommonOptions, finish, print } from './command.ts'
import { type HeldOptions, heldFrom, holding } from './held.ts'
import { requirePerson, withHouse } from './house.ts'
import { whoOption } from './policy.ts'

interface PostOptions extends CommonOptions, HeldOptions {
  readonly visibility: Visibility
  readonly replyTo?: string
  readonly quote?: string
  readonly replyPolicy?: Choice
  readonly quotePolicy?: Choice
  readonly summary?: string
  readonly language: string
}

/** `weft post`, `weft edit`, `weft unpost` */
export function postCommands(program: Command): void {
  finish(
    holding(program.command('post'))
      .description('says something')
      .argument('<name>', 'who says it')
      .argument('<text>', 'plain text; @mentions, #hashtags and links are found in it')
      .addOption(
        new Option('--visibility <visibility>', 'whom it is for').choices(visibilities).default('public'),
      )
      .option('--reply-to <url>', 'the post that it answers')
      .option('--quote <url>', 'a post that is shown with it')
      .addOption(whoOption('--reply-policy <who>', 'who may reply: see weft policy'))
      .addOption(whoOption('--quote-policy <who>', 'who may quote it'))
      .option('--summary <text>', 'a warning that stands before it')
      .option('--language <tag>', 'such as en or pt-BR', 'en'),
    post,
  )
  finish(
    program
      .command('edit')
      .description('lets a post say something else')
      .argument('<url>', 'the post')
      .argument('<text>'),
    edit,
  )
  finish(
    program
      .command('unpost')
      .description('deletes a post, here and everywhere')
      .argument('<url>', 'the post'),
    unpost,
  )
}

async function post(name: string, text: string, options: PostOptions): Promise<void> {
  await withHouse(async (house) => {
    const { world } = house
    const author = await requirePerson(house, name)
    const parent = options.replyTo === undefined ? undefined : await house.resolvePost(options.replyTo)
    if (options.replyTo !== undefined && !parent) refuse('post.parent-not-found')
    const quoted = options.quote === undefined ? undefined : await house.resolvePost(options.quote)
    if (options.quote !== undefined && !quoted) refuse('quote.not-found')
    const id = await publishPost(world, author, {
      text,
      visibility: options.visibility,
      ...(parent && { replyTo: parent.id }),
      ...(quoted && { quoteOf: quoted.id }),
      policy: {
        ...(options.replyPolicy && { reply: options.replyPolicy }),
        ...(options.quotePolicy && { quote: options.quotePolicy }),
      },
      ...(options.summary !== undefined && { summary: options.summary }),
      language: options.language,
      ...(await heldFrom(house, author, options)),
    })
    const url = world.uris.postPage(author.name, id)
    print(options, { id, url, uri: world.uris.post(id) }, url)
  })
}

async function edit(url: string, text: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const { id, author } = await requireOurPost(house, url)
    await editPost(house.world, author, id, { text })
    print(options, { id, url }, `${url} is edited.`)
  })
}

async function unpost(url: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const { id, author } = await requireOurPost(house, url)
    await removePost(house.world, author, id)
    print(options, { id, url }, `${url} is deleted.`)
  })
}

async function requireOurPost(house: House, url: string): Promise<{ id: PostId; author: LocalAccount }> {
  const post = await house.findPost(url)
  if (!post) return refuse('post.not-found')
  const author = await findAccount(house.world.db, post.accountId)
  if (!post.local || !author?.local) return refuse('post.not-yours')
  return { id: post.id, author: author as LocalAccount }
}
