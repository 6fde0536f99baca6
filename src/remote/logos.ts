import { Refusal } from '../base/refusal.ts'
import { keepLogo, type LogoCopy } from '../domain/grants/ensure-client.ts'
import { findClient } from '../domain/grants/find.ts'
import type { World } from '../domain/world.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import { newFileName, type Storage } from '../media/storage.ts'
import { smallFile } from '../media/upload.ts'
import type { FetchPicture } from './emojis.ts'

/**
 * The job `logo`: makes our own copy of the logo of an app, small and written anew, so that the page that asks about the app
 * shows it without telling anybody who looks. Without one that can be read, its first letter has to do.
 */
export function logoHandler(world: World, fetchPicture: FetchPicture, storage: Storage): JobHandler {
  return async (payload) => {
    const { clientId } = payload as LogoCopy
    const client = await findClient(world.db, clientId)
    if (!client?.logoUrl) return
    const picture = await fetchPicture(client.logoUrl).then(smallFile).catch(undefinedIfRefused)
    if (!picture) return
    const file = newFileName(picture.ending)
    await storage.put(file, picture.bytes)
    if (!(await keepLogo(world, clientId, client.logoUrl, file))) await storage.remove(file)
  }
}

/** What its server or the picture itself says no to will not change by asking again. */
function undefinedIfRefused(error: unknown): undefined {
  if (error instanceof Refusal) return undefined
  throw error
}
