#!/usr/bin/env node
import { Command } from 'commander'
import { VERSION } from '../version.ts'
import { accountCommands } from './account.ts'
import { conversationCommands } from './conversations.ts'
import { deliveryCommands } from './deliveries.ts'
import { followCommands } from './follow.ts'
import { hostCommands } from './hosts.ts'
import { laterCommands } from './later.ts'
import { moveCommands } from './move.ts'
import { operatorCommands } from './operate.ts'
import { policyCommands } from './policy.ts'
import { postCommands } from './post.ts'
import { profileCommands } from './profile.ts'
import { reactionCommands } from './react.ts'
import { timelineCommands } from './timeline.ts'

const program = new Command('weft')
  .description(
    'Acts on a Weft server, beside the running one or alone. Reads the same settings as the server.',
  )
  .version(VERSION, '--version')
  .showHelpAfterError('(weft --help shows every command)')

for (const add of [
  accountCommands,
  postCommands,
  policyCommands,
  followCommands,
  profileCommands,
  moveCommands,
  reactionCommands,
  timelineCommands,
  conversationCommands,
  deliveryCommands,
  hostCommands,
  operatorCommands,
  laterCommands,
]) {
  add(program)
}

await program.parseAsync()
