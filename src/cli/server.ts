import { type Command, Option } from 'commander'
import type { RuleId } from '../base/ids.ts'
import { readId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import { addRule, describeServer, removeRule } from '../domain/instance/describe.ts'
import { listRules } from '../views/server.ts'
import { type CommonOptions, finish, print } from './command.ts'
import { withHouse } from './house.ts'

const texts = ['title', 'description', 'extended', 'contact'] as const
type Text = (typeof texts)[number]

/** `weft server describe`, `weft rule add|list|remove`: what apps show of this server. */
export function serverCommands(program: Command): void {
  const server = program.command('server').description('what apps show of this server')
  const describing = server.command('describe').description('says something of this server')
  for (const name of texts) describing.addOption(new Option(`--${name} <text>`, meanings[name]))
  finish(describing, describe)

  const rule = program.command('rule').description('the rules that everybody here keeps to')
  finish(
    rule
      .command('add')
      .description('makes a rule, after those that there are')
      .argument('<text>')
      .option('--hint <text>', 'what it means, at more length'),
    add,
  )
  finish(rule.command('list').description('lists the rules'), list)
  finish(rule.command('remove').description('takes a rule back').argument('<id>'), remove)
}

const meanings: Readonly<Record<Text, string>> = {
  title: 'its name',
  description: 'what it is, in a sentence or two',
  extended: 'the same at length; an empty line ends a paragraph',
  contact: 'the e-mail address of those who run it, for everybody to see',
}

type Texts = { readonly [Name in Text]?: string }

async function describe(options: CommonOptions & Texts): Promise<void> {
  await withHouse(async ({ world }) => {
    for (const name of texts) {
      const text = options[name]
      if (text === undefined) continue
      await describeServer(world, name, text)
      print(options, { name, text }, text === '' ? `${name} is not said any more.` : `${name} is said.`)
    }
  })
}

async function add(text: string, options: CommonOptions & { readonly hint?: string }): Promise<void> {
  await withHouse(async ({ world }) => {
    const { hint } = options
    const id = await addRule(world, { text, ...(hint !== undefined && { hint }) })
    print(options, { id, text }, `${id} is a rule.`)
  })
}

async function list(options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    for (const { id, text, hint } of await listRules(world.db))
      print(options, { id, text, hint }, `${id}\t${text}`)
  })
}

async function remove(id: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    await removeRule(world, readId<RuleId>(id) ?? refuse('not-found'))
    print(options, { id }, `${id} is no rule any more.`)
  })
}
