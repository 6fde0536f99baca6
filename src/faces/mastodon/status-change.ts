import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { AttachmentId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { chooseQuoters } from '../../domain/policies/choose.ts'
import { type Edit, editPost } from '../../domain/posts/edit.ts'
import { removePost } from '../../domain/posts/remove.ts'
import { takeBackPost } from '../../domain/posts/take-back.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { statusFrom } from '../../translate/to-mastodon/status.ts'
import type { PostView } from '../../views/view.ts'
import { booleanish, idOf, listOf, textish } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { apiLimits } from './limits.ts'
import { focusFrom } from './media-fields.ts'
import { onUpdate } from './on-update.ts'
import type { MastodonParts } from './parts.ts'
import { sayUnusable } from './said.ts'
import { choiceOf, draftPollFrom, languageFrom, mediaIdsOf, wordFields, wordsOf } from './status-fields.ts'
import { postIdIn, requireStatus, tellStatus } from './status-one.ts'
import { tellingFor } from './status-pages.ts'

const editFields = wordFields.extend({
  media_attributes: listOf(z.object({ id: idOf<AttachmentId>(), description: textish, focus: textish })),
})
type EditFields = z.output<typeof editFields>

/** /api/v1/statuses/:id: says something else, or takes it back. */
export function statusChangeRoutes({ world, config }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })

  onUpdate(router, '/api/v1/statuses/:id', requires('write:statuses'), async (req, res) => {
    const [author, id] = [signedIn(req), postIdIn(req)]
    const { post } = await requireStatus(world, req, id)
    if (post.author.id !== author.id || post.boostOf) refuse('post.not-yours')
    const fields = (await readParams(req)).read(editFields)
    await editPost(world, author, id, editFrom(fields, post)).catch(sayUnusable)
    const { quote_approval_policy: quoters } = fields
    if (quoters !== undefined) await chooseQuoters(world, author, id, choiceOf(quoters))
    res.json(await tellStatus(world, req, id))
  })

  router.delete(
    '/api/v1/statuses/:id',
    requires('write:statuses'),
    apiLimits({ config, world }).limit('delete'),
    async (req, res) => {
      const [author, id] = [signedIn(req), postIdIn(req)]
      const view = await requireStatus(world, req, id)
      if (view.post.author.id !== author.id) refuse('post.not-yours')
      const { delete_media: alsoMedia } = (await readParams(req)).read(deleteMediaFields)
      await (alsoMedia ? removePost : takeBackPost)(world, author, id)
      res.json({ ...statusFrom(view, tellingFor(world, req)), text: textOf(view.post) })
    },
  )

  return router
}

/** What is left out is taken away, as apps expect: they send all that a post is to hold. */
function editFrom(fields: EditFields, post: PostView): Edit {
  const { text, summary, sensitive } = wordsOf(fields)
  const language = languageFrom(fields.language)
  const attributes = fields.media_attributes ?? []
  return {
    text,
    summary,
    sensitive: sensitive ?? false,
    mediaIds: mediaIdsOf(fields) ?? [],
    descriptions: new Map(
      attributes.flatMap(({ id, description }) =>
        id !== undefined && description !== undefined ? [[id, description]] : [],
      ),
    ),
    focuses: new Map(
      attributes.flatMap(({ id, focus }) => {
        const spot = focusFrom(focus)
        return id !== undefined && spot ? [[id, spot]] : []
      }),
    ),
    ...(language !== undefined && { language }),
    ...(fields.poll ? { poll: draftPollFrom(fields.poll) } : post.poll && { poll: null }),
  }
}

/** What its author typed, as far as that is known. */
export function textOf({ source, contentHtml }: PostView): string {
  return source ?? plainTextFrom(contentHtml)
}

const deleteMediaFields = z.object({ delete_media: booleanish })
