import type { Request } from 'express'
import { type PostId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { World } from '../../domain/world.ts'
import { type MastodonStatus, statusFrom } from '../../translate/to-mastodon/status.ts'
import { type StatusView, viewStatus } from '../../views/statuses.ts'
import { viewerOf } from './auth.ts'
import { tellingFor } from './status-pages.ts'

/** The post that a path names. @throws Refusal 'post.not-found' for what is no id */
export function postIdIn(req: Request, name = 'id'): PostId {
  return readId<PostId>(String(req.params[name])) ?? refuse('post.not-found')
}

/** One post as the one who asks may see it. @throws Refusal 'post.not-found' */
export async function requireStatus(world: Pick<World, 'db'>, req: Request, id: PostId): Promise<StatusView> {
  return (await viewStatus(world.db, id, viewerOf(req))) ?? refuse('post.not-found')
}

/** The same in the words of this API. */
export async function tellStatus(
  world: Pick<World, 'db' | 'uris' | 'clock'>,
  req: Request,
  id: PostId,
): Promise<MastodonStatus> {
  return statusFrom(await requireStatus(world, req, id), tellingFor(world, req))
}
