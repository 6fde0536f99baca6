import type { JobHandler } from '../../jobs/outcomes.ts'
import type { PushParts } from './push.ts'

/** The job `push`. What it takes is much of the API of Mastodon, so it is loaded when there is the first to do. */
export function pushHandler(parts: PushParts): JobHandler {
  let made: Promise<JobHandler> | undefined
  return async (payload, signal, save) => {
    made ??= import('./push.ts').then(({ createPushing }) => createPushing(parts))
    return (await made)(payload, signal, save)
  }
}
