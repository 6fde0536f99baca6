#!/usr/bin/env node
import { Command } from 'commander'
import { VERSION } from '../version.ts'
import { accountCommands } from './account.ts'
import { announcementCommands } from './announcement.ts'
import { blockCommands } from './block.ts'
import { conversationCommands } from './conversations.ts'
import { deliveryCommands } from './deliveries.ts'
import { emojiCommands } from './emoji.ts'
import { entryCommands } from './entry.ts'
import { followCommands } from './follow.ts'
import { hostCommands } from './hosts.ts'
import { inviteCommands } from './invite.ts'
import { moderationCommands } from './moderate.ts'
import { moveCommands } from './move.ts'
import { operatorCommands } from './operate.ts'
import { policyCommands } from './policy.ts'
import { postCommands } from './post.ts'
import { profileCommands } from './profile.ts'
import { reactionCommands } from './react.ts'
import { relayCommands } from './relay.ts'
import { serverCommands } from './server.ts'
import { timelineCommands } from './timeline.ts'
import { tokenCommands } from './token.ts'
import { voteCommands } from './vote.ts'

const program = new Command('weft')
  .description(
    'Acts on a Weft server, beside the running one or alone. Reads the same settings as the server.',
  )
  .version(VERSION, '--version')
  // What stands behind a command is that command's, also where commands stand within commands.
  .enablePositionalOptions()
  .showHelpAfterError('(weft --help shows every command)')

for (const add of [
  accountCommands,
  postCommands,
  voteCommands,
  policyCommands,
  followCommands,
  blockCommands,
  moderationCommands,
  entryCommands,
  profileCommands,
  moveCommands,
  relayCommands,
  serverCommands,
  announcementCommands,
  reactionCommands,
  timelineCommands,
  tokenCommands,
  conversationCommands,
  emojiCommands,
  deliveryCommands,
  hostCommands,
  operatorCommands,
  inviteCommands,
]) {
  add(program)
}

await program.parseAsync()
