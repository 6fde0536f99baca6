import type { Command } from 'commander'
import { refuse } from '../base/refusal.ts'
import { refreshPolls } from '../domain/polls/close.ts'
import { vote } from '../domain/polls/vote.ts'
import { viewPost } from '../views/posts.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { heldSummary, heldText } from './held.ts'
import { requirePerson, withHouse } from './house.ts'

/** `weft vote` */
export function voteCommands(program: Command): void {
  finish(
    program
      .command('vote')
      .description('chooses in a poll, once; without a choice it shows how the poll stands')
      .argument('<name>', 'who votes')
      .argument('<url>', 'the post that asks')
      .argument('[choices...]', 'answers by their words or their numbers, from 1'),
    cast,
  )
}

async function cast(
  name: string,
  url: string,
  choices: readonly string[],
  options: CommonOptions,
): Promise<void> {
  await withHouse(async (house) => {
    const { world } = house
    const voter = await requirePerson(house, name)
    const post = await house.resolvePost(url)
    const asked = post && (await viewPost(world.db, post.id, { accountId: voter.id }))
    if (!asked?.poll) return refuse('poll.not-found')
    const titles = asked.poll.options.map(({ title }) => title)
    if (choices.length > 0) {
      await vote(
        world,
        voter,
        asked.id,
        choices.map((choice) => placeOf(choice, titles)),
      )
    } else if (!asked.local) await refreshPolls(world, [asked.id])
    const now = await viewPost(world.db, asked.id, { accountId: voter.id })
    if (!now) return refuse('poll.not-found')
    print(options, { id: now.id, uri: now.uri, ...heldSummary(now).poll }, heldText(now).trimEnd())
  })
}

function placeOf(choice: string, titles: readonly string[]): number {
  const byWords = titles.indexOf(choice)
  if (byWords !== -1) return byWords
  const place = /^[1-9]\d{0,2}$/.test(choice) ? Number(choice) - 1 : -1
  if (titles[place] === undefined) throw new UsageError(`There is no answer “${choice}”.`)
  return place
}
