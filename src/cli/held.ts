import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { AttachmentId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import type { LocalAccount } from '../domain/accounts/account.ts'
import type { DraftPoll } from '../domain/polls/poll.ts'
import type { Draft } from '../domain/posts/post.ts'
import type { House } from '../house.ts'
import { makeReady } from '../media/ready.ts'
import { takeUpload } from '../media/take.ts'
import type { Upload } from '../media/upload.ts'
import { viewUnready } from '../views/unready.ts'
import type { PostView } from '../views/view.ts'
import { UsageError } from './command.ts'

/** What a post holds beside its words, as it is typed. */
export interface HeldOptions {
  readonly poll?: string
  readonly multiple?: boolean
  readonly hideTotals?: boolean
  readonly expires: number
  readonly media?: readonly string[]
  readonly alt?: readonly string[]
  readonly translation?: readonly string[]
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Adds the options to a command that makes a post. */
export function holding(command: Command): Command {
  return command
    .option('--poll <answers>', 'answers to choose from, between | signs')
    .option('--multiple', 'several answers may be chosen')
    .option('--hide-totals', 'how many chose what is shown when the poll has ended')
    .option('--expires <time>', 'how long the poll is open, such as 30m, 12h or 7d', secondsFrom, 86_400)
    .option('--media <file>', 'a picture, film or sound; may be given twenty times', collected)
    .option('--alt <text>', 'what the file given before shows, for those who cannot see it', collected)
    .option('--translation <tag=text>', 'the same in another language; may be given again', collected)
}

function secondsFrom(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,8})([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (UNITS[unit] ?? Number.NaN)
  if (Number.isNaN(seconds)) throw new InvalidArgumentError('It must be like 30m, 12h or 7d.')
  return seconds
}

const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** Stores the files and reads the rest; what was not asked for is left out. */
export async function heldFrom(
  house: House,
  author: LocalAccount,
  options: HeldOptions,
): Promise<Pick<Draft, 'mediaIds' | 'poll' | 'translations'>> {
  const { poll, media = [], alt = [] } = options
  if (alt.length > media.length) throw new UsageError('There are more descriptions than files.')
  const mediaIds: AttachmentId[] = []
  for (const [at, file] of media.entries()) {
    const bytes = await readFile(file).catch(() => {
      throw new UsageError(`The file ${file} cannot be read.`)
    })
    mediaIds.push(await readyFile(house, author, { bytes, description: alt[at] ?? '' }))
  }
  return {
    ...(mediaIds.length > 0 && { mediaIds }),
    ...(poll !== undefined && { poll: pollFrom(poll, options) }),
    ...(options.translation && {
      translations: Object.fromEntries(options.translation.map(translationFrom)),
    }),
  }
}

const LOOK_EVERY_MS = 500

/** Whoever types waits for it. Nobody may be working in the background; if somebody is, either makes it ready. */
async function readyFile(house: House, author: LocalAccount, upload: Upload): Promise<AttachmentId> {
  const { db } = house.world
  const { id, kind } = await takeUpload(house, author, upload, { animates: true })
  if (kind) await makeReady({ ...house, folder: join(tmpdir(), `weft-${process.pid}`) }, { id })
  for (;;) {
    const unready = kind && (await viewUnready(db, author.id, id))
    if (!unready) return id
    if (unready.failure) refuse('media.failed', { failure: unready.failure })
    await sleep(LOOK_EVERY_MS)
  }
}

function pollFrom(answers: string, { multiple, hideTotals, expires }: HeldOptions): DraftPoll {
  return {
    options: answers.split('|'),
    multiple: multiple ?? false,
    hideTotals: hideTotals ?? false,
    expiresInSeconds: expires,
  }
}

function translationFrom(text: string): readonly [tag: string, text: string] {
  const at = text.indexOf('=')
  const tag = text.slice(0, Math.max(at, 0))
  if (!/^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(tag)) throw new UsageError('A translation is like de=Guten Tag.')
  return [tag, text.slice(at + 1)]
}

/** For programs: what a post holds, as far as there is any. */
export function heldSummary({ poll, attachments, emojis }: PostView) {
  return {
    attachments: attachments.map(({ id: _id, file: _file, ...attached }) => attached),
    emojis: emojis.map(({ shortcode, url }) => ({ shortcode, url })),
    poll: poll && { ...poll, closed: poll.closedAt !== null },
  }
}

/** For people: one line for each answer and each file. */
export function heldText({ poll, attachments }: PostView): string {
  const answers = (poll?.options ?? []).map(({ title, votes }, at) => {
    const chosen = poll?.ownVotes.includes(at) ? ' ✓' : ''
    return `  ${at + 1}. ${title}${votes === null ? '' : ` (${votes})`}${chosen}\n`
  })
  const files = attachments.map(
    ({ kind, url, description }) => `  [${kind}${description === '' ? '' : `: ${description}`}] ${url}\n`,
  )
  return [...answers, ...files].join('')
}
