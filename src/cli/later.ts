import type { Command } from 'commander'
import { refuse } from '../base/refusal.ts'
import { finish } from './command.ts'

/** Commands whose names are fixed and whose features are not built yet. */
export function laterCommands(program: Command): void {
  const invite = program.command('invite').description('invitations (not available yet)')
  finish(invite.command('create').description('prints an invitation link (not available yet)'), notYet)
}

async function notYet(): Promise<void> {
  refuse('not-available-yet')
}
