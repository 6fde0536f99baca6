import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { closePoll, tellTallies } from '../domain/polls/close.ts'
import { findAsker } from '../domain/polls/find.ts'
import type { PollJob } from '../domain/polls/keep.ts'
import { receiveEdit } from '../domain/posts/edit.ts'
import type { World } from '../domain/world.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import { incomingFrom } from '../translate/from-activity/note.ts'
import type { RemoteDirectory } from './directory.ts'

/** The job `poll`: see `PollJob`. */
export function pollHandler(
  world: World,
  directory: Pick<RemoteDirectory, 'post' | 'findByUri'>,
): JobHandler {
  return async (payload) => {
    const { postId, work } = payload as PollJob
    if (work === 'tell') return tellTallies(world, postId)
    const asker = await findAsker(world.db, postId)
    if (!asker) return
    if (!asker.local) {
      // That it has ended is known even when its server cannot say how.
      await readPoll(world, directory, asker.uri).catch((error: unknown) => {
        if (work !== 'close' || !(error instanceof Transient)) throw error
      })
    }
    if (work === 'close') await closePoll(world, postId)
  }
}

async function readPoll(
  world: World,
  directory: Pick<RemoteDirectory, 'post' | 'findByUri'>,
  uri: string,
): Promise<void> {
  const note = await directory.post(uri)
  if (note === undefined || note === 'gone') return
  try {
    const incoming = incomingFrom(note, world.clock.now())
    const author = await directory.findByUri(incoming.authorUri)
    if (author && incoming.uri === uri) await receiveEdit(world, author, incoming)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}
