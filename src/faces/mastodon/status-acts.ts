import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { PostId } from '../../base/ids.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import { bookmarkPost, unbookmarkPost } from '../../domain/bookmarks/bookmark.ts'
import { pinPost, unpinPost } from '../../domain/featured/pin.ts'
import { findPreferences } from '../../domain/preferences/find.ts'
import { boostPost } from '../../domain/reactions/boost.ts'
import { likePost } from '../../domain/reactions/like.ts'
import { unboostPost, unlikePost } from '../../domain/reactions/undo.ts'
import { muteConversation, unmuteConversation } from '../../domain/silences/silence.ts'
import type { World } from '../../domain/world.ts'
import { visibilityFrom } from '../../translate/to-mastodon/words.ts'
import { wordOf } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import type { MastodonParts } from './parts.ts'
import { postIdIn, tellStatus } from './status-one.ts'

/** Does something to a post, and says which post is to be shown for it. */
type Act = (world: World, account: LocalAccount, id: PostId, req: Request) => Promise<PostId>

const boostFields = z.object({ visibility: wordOf(['public', 'unlisted', 'private', 'direct']) })

const boost: Act = async (world, account, id, req) => {
  const { visibility: word } = (await readParams(req)).read(boostFields)
  const wanted = word && visibilityFrom(word)
  return boostPost(world, account, id, wanted ?? (await usualFor(world, account)))
}

/** What is usually for the people named alone has nobody to name in a boost. */
async function usualFor(world: World, account: LocalAccount): Promise<Visibility> {
  const { visibility } = await findPreferences(world.db, account.id)
  return visibility === 'direct' ? 'public' : visibility
}

const pin: Act = async (world, account, id) => {
  await pinPost(world, account, id)
  return id
}

const unpin: Act = async (world, account, id) => {
  await unpinPost(world, account, id).catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.code !== 'pin.not-pinned') throw error
  })
  return id
}

const acts: readonly (readonly [name: string, scope: Parameters<typeof requires>[0], act: Act])[] = [
  ['favourite', 'write:favourites', likePost],
  ['unfavourite', 'write:favourites', unlikePost],
  ['reblog', 'write:statuses', boost],
  ['unreblog', 'write:statuses', unboostPost],
  ['bookmark', 'write:bookmarks', bookmarkPost],
  ['unbookmark', 'write:bookmarks', unbookmarkPost],
  ['mute', 'write:mutes', muteConversation],
  ['unmute', 'write:mutes', unmuteConversation],
  ['pin', 'write:accounts', pin],
  ['unpin', 'write:accounts', unpin],
]

/** /api/v1/statuses/:id/…: what somebody does to a post. Each answers with the post, as it is afterwards. */
export function statusActRoutes({ world }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  for (const [name, scope, act] of acts) {
    router.post(`/api/v1/statuses/:id/${name}`, requires(scope), async (req, res) => {
      res.json(await tellStatus(world, req, await act(world, signedIn(req), postIdIn(req), req)))
    })
  }
  return router
}
