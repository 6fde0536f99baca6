import { createInterface } from 'node:readline'
import type { PostId } from '../../../src/base/ids.ts'
import { silentLog } from '../../../src/base/log.ts'
import { readConfig } from '../../../src/config.ts'
import { connect } from '../../../src/db/connect.ts'
import { takeSlot } from '../../../src/db/slot.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { findLocalAccount } from '../../../src/domain/accounts/find.ts'
import { editPost } from '../../../src/domain/posts/edit.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { removePost } from '../../../src/domain/posts/remove.ts'
import { buildHouse } from '../../../src/house.ts'
import type { Command, Said } from './posting.ts'

/**
 * Somebody who posts, as a process of its own, to be killed: what `weft post`, `weft edit` and `weft unpost` do, without a new
 * process for each. Takes commands on standard input and says what became of each, one line of JSON after the other.
 */
const config = readConfig(process.env)
const url = config.databaseUrl ?? ''
const db = connect({ url, applicationName: 'weft test poster', maxConnections: 4 })
const { slot } = await takeSlot(url)
const { world } = await buildHouse({ config, db, slot, log: silentLog })

async function author(name: string): Promise<LocalAccount> {
  const account = await findLocalAccount(db, name)
  if (!account) throw new Error(`nobody here is called ${name}`)
  return account
}

async function obey(command: Command): Promise<Said> {
  const by = await author(command.by)
  if (command.do === 'edit') {
    await editPost(world, by, command.id as PostId, { text: command.text })
    return { id: command.id, uri: world.uris.post(command.id as PostId) }
  }
  if (command.do === 'remove') {
    await removePost(world, by, command.id as PostId)
    return { id: command.id, uri: world.uris.post(command.id as PostId) }
  }
  const id = await publishPost(world, by, { text: command.text, visibility: 'public' })
  if (command.do === 'say-and-die') process.kill(process.pid, 'SIGKILL')
  return { id, uri: world.uris.post(id) }
}

process.stdout.write(`${JSON.stringify({ id: '', uri: '' })}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  const said = await obey(JSON.parse(line)).catch((error: Error) => ({ error: error.message }))
  process.stdout.write(`${JSON.stringify(said)}\n`)
}
process.exit(0)
