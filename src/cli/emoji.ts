import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { listOwnEmojis } from '../domain/emojis/find.ts'
import { removeEmoji } from '../domain/emojis/keep.ts'
import { storeEmoji } from '../media/upload.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { withHouse } from './house.ts'

/** `weft emoji add`, `weft emoji remove`, `weft emoji list` */
export function emojiCommands(program: Command): void {
  const emoji = program.command('emoji').description('custom emoji, which everybody here can write as :name:')
  finish(
    emoji
      .command('add')
      .description('adds one, or gives one another picture')
      .argument('<shortcode>', '2 to 64 letters, digits and underscores')
      .argument('<file>', 'a PNG, GIF, WebP or JPEG')
      .option('--category <name>', 'under which it stands among the others'),
    add,
  )
  finish(emoji.command('remove').description('takes one away').argument('<shortcode>'), remove)
  finish(emoji.command('list').description('lists them'), list)
}

async function add(
  shortcode: string,
  file: string,
  options: CommonOptions & { readonly category?: string },
): Promise<void> {
  await withHouse(async (house) => {
    const bytes = await readFile(file).catch(() => {
      throw new UsageError(`The file ${file} cannot be read.`)
    })
    const { category } = options
    await storeEmoji(house.world, house.storage, {
      shortcode,
      bytes,
      ...(category !== undefined && { category }),
    })
    print(options, { shortcode }, `:${shortcode}: is there.`)
  })
}

async function remove(shortcode: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    await removeEmoji(house.world, shortcode)
    print(options, { shortcode }, `:${shortcode}: is gone.`)
  })
}

async function list(options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    for (const { shortcode, url, category, updatedAt } of await listOwnEmojis(house.world.db)) {
      print(options, { shortcode, url, category, updatedAt }, `:${shortcode}: ${url}`)
    }
  })
}
