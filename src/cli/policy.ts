import { type Command, InvalidArgumentError, Option } from 'commander'
import { handleForPeople } from '../base/handles.ts'
import { type ApprovalId, readId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import { chooseDefaults, choosePolicy } from '../domain/policies/choose.ts'
import { approveInteraction, rejectInteraction, revokeInteraction } from '../domain/policies/decide.ts'
import { findDefaultChoices, listPending } from '../domain/policies/find.ts'
import {
  type Choice,
  type Choices,
  choiceFrom,
  interactionKinds,
  presets,
} from '../domain/policies/policy.ts'
import { publishPost } from '../domain/posts/publish.ts'
import { mentionsOfAccounts } from '../views/accounts.ts'
import { type CommonOptions, finish, print } from './command.ts'
import { requirePerson, withHouse } from './house.ts'

interface PolicyOptions extends CommonOptions {
  readonly reply?: Choice
  readonly like?: Choice
  readonly boost?: Choice
  readonly quote?: Choice
  readonly post?: string
}

interface QuoteOptions extends CommonOptions {
  readonly language: string
}

const WHO = `${presets.join(', ')}; with +ask, everybody else may ask`

/** `weft policy …`, `weft quote`, `weft unquote` */
export function policyCommands(program: Command): void {
  const policy = finish(
    program
      .command('policy')
      .enablePositionalOptions()
      .description(
        'says who may reply to, like, boost and quote what somebody says; shows it when nothing is named',
      )
      .argument('<name>', 'an account here')
      .addOption(whoOption('--reply <who>', `who may reply: ${WHO}`))
      .addOption(whoOption('--like <who>', 'who may like'))
      .addOption(whoOption('--boost <who>', 'who may boost'))
      .addOption(whoOption('--quote <who>', 'who may quote'))
      .option('--post <url>', 'only with this post'),
    choose,
  )
  finish(
    policy.command('requests').description('lists who waits for leave, oldest first').argument('<name>'),
    requests,
  )
  const decision = (name: string, description: string) =>
    policy.command(name).description(description).argument('<name>').argument('<id>', 'as the list shows it')
  finish(decision('approve', 'lets somebody do what they asked for'), approve)
  finish(decision('reject', 'does not let them'), reject)
  finish(
    program
      .command('quote')
      .description('says something about a post that is shown with it')
      .argument('<name>', 'who says it')
      .argument('<url>', 'the post to quote')
      .argument('<text>')
      .option('--language <tag>', 'such as en or pt-BR', 'en'),
    quote,
  )
  finish(
    program
      .command('unquote')
      .description('takes a post of somebody’s out of a post that quotes it')
      .argument('<name>', 'whose post is quoted')
      .argument('<url>', 'the post that quotes it'),
    unquote,
  )
}

/** An option that takes a choice of who may. */
export function whoOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const choice = choiceFrom(text)
    if (choice === undefined) throw new InvalidArgumentError(`It must be one of ${WHO}.`)
    return choice
  })
}

async function choose(name: string, options: PolicyOptions): Promise<void> {
  await withHouse(async (house) => {
    const { world } = house
    const account = await requirePerson(house, name)
    const { reply, like, boost: announce, quote: quoting, post: url } = options
    const choices: Choices = {
      ...(reply && { reply }),
      ...(like && { like }),
      ...(announce && { announce }),
      ...(quoting && { quote: quoting }),
    }
    if (url !== undefined) {
      const post = (await house.findPost(url)) ?? refuse('post.not-found')
      await choosePolicy(world, account, post.id, choices)
      return print(options, { url, ...choices }, `${url} is changed.`)
    }
    const chosen =
      Object.keys(choices).length === 0
        ? await findDefaultChoices(world.db, account.id)
        : await chooseDefaults(world, account, choices)
    const all = Object.fromEntries(interactionKinds.map((kind) => [kind, chosen[kind] ?? 'everyone']))
    const shown = Object.entries(all).map(([kind, who]) => `${kind === 'announce' ? 'boost' : kind}: ${who}`)
    print(options, all, shown.join('\n'))
  })
}

async function requests(name: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const { db, uris } = house.world
    const account = await requirePerson(house, name)
    for (let after: ApprovalId | undefined; ; ) {
      const pending = await listPending(db, account.id, { limit: 100, ...(after && { after }) })
      const people = await mentionsOfAccounts(
        db,
        pending.map(({ actorId }) => actorId),
      )
      for (const { id, kind, uri, targetUri, actorId, actorUri, createdAt } of pending) {
        const actor = people.get(actorId)
        const who = actor ? `@${handleForPeople(actor, uris.handleHost)}` : actorUri
        const line = `${id}\t${kind === 'announce' ? 'boost' : kind}\t${who}\t${uri}\tof ${targetUri}`
        print(options, { id, kind, from: actorUri, uri, target: targetUri, createdAt }, line)
      }
      after = pending.at(-1)?.id
      if (pending.length < 100) return
    }
  })
}

async function approve(name: string, id: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    await approveInteraction(house.world, await requirePerson(house, name), requireId(id))
    print(options, { id, state: 'approved' }, 'It is approved.')
  })
}

async function reject(name: string, id: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    await rejectInteraction(house.world, await requirePerson(house, name), requireId(id))
    print(options, { id, state: 'rejected' }, 'It is turned down.')
  })
}

function requireId(text: string): ApprovalId {
  return readId<ApprovalId>(text) ?? refuse('approval.not-found')
}

async function quote(name: string, url: string, text: string, options: QuoteOptions): Promise<void> {
  await withHouse(async (house) => {
    const { world } = house
    const author = await requirePerson(house, name)
    const quoted = (await house.resolvePost(url)) ?? refuse('quote.not-found')
    const draft = { text, visibility: 'public', quoteOf: quoted.id, language: options.language } as const
    const id = await publishPost(world, author, draft)
    const page = world.uris.postPage(author.name, id)
    print(options, { id, url: page, uri: world.uris.post(id) }, page)
  })
}

async function unquote(name: string, url: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const quoting = (await house.findPost(url)) ?? refuse('post.not-found')
    await revokeInteraction(house.world, account, 'quote', quoting.uri)
    print(options, { url, state: 'revoked' }, `${url} no longer shows the post.`)
  })
}
