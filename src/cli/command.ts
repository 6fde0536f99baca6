import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { answerFrom } from '../faces/http/errors.ts'

/** What every command takes. */
export interface CommonOptions {
  readonly json?: boolean
}

/**
 * Prints one result: as JSON for programs, as `text` for people. Much of it was written elsewhere, and a terminal obeys
 * control characters: of these only line breaks and tabs are printed.
 */
export function print(options: CommonOptions, value: unknown, text: string): void {
  const shown = options.json ? JSON.stringify(value).replace(/\p{Cc}/gu, escaped) : harmless(text)
  process.stdout.write(`${shown}\n`)
}

function harmless(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}

const escaped = (sign: string) => `\\u00${sign.charCodeAt(0).toString(16)}`

/** Adds `--json` and turns whatever the command throws into one sentence on stderr and exit code 1. */
export function finish<Args extends unknown[]>(
  command: Command,
  run: (...args: Args) => Promise<void>,
): Command {
  return command.option('--json', 'print the result as one line of JSON').action(async (...args) => {
    try {
      await run(...(args as unknown as Args))
    } catch (error) {
      process.stderr.write(`${harmless(sentenceOf(error))}\n`)
      process.exitCode = 1
    }
  })
}

/** A mistake of whoever typed the command; its message is the whole sentence. */
export class UsageError extends Error {}

function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) return answerFrom(error).sentence
  if (error instanceof UsageError) return error.message
  if (error instanceof Transient) return `The other server cannot be reached now: ${error.message}.`
  const name = (error as Error | undefined)?.name
  if (name === 'ConfigError' || name === 'StartError') return (error as Error).message
  return `Something went wrong: ${(error as Error | undefined)?.message ?? String(error)}`
}

/** All of standard input, without the line break at its end. */
export function readStdin(): string {
  return readFileSync(0, 'utf8').replace(/\r?\n$/, '')
}
