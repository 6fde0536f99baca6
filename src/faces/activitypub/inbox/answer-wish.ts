import { receiveAnswer } from '../../../domain/policies/answered.ts'
import { withdrawWish } from '../../../domain/policies/withdraw.ts'
import { idOf, listOf, sameOrigin } from '../../../translate/json.ts'
import type { Answerer, Undoer } from './reference.ts'

/**
 * Accept or Reject of what one of ours asked to do with a post elsewhere: the request whole or by its id, or what was
 * done by its id, as GoToSocial answers what came without a request.
 */
export const answerWish: Answerer = {
  types: [
    'QuoteRequest',
    'ReplyRequest',
    'LikeRequest',
    'AnnounceRequest',
    'Note',
    'Article',
    'Question',
    'Create',
    'Like',
    'Announce',
  ],
  async answer(world, actor, reference, accepted, resultUri) {
    // A stamp counts only where its author speaks for themself.
    const stampUri = resultUri !== undefined && sameOrigin(resultUri, actor.uri) ? resultUri : null
    const named = [reference.uri, idOf(listOf(reference.whole?.instrument)[0])]
    for (const uri of named) {
      const answer = { accepted, stampUri, uri: reference.byUri }
      const done = uri && (await receiveAnswer(world, actor, uri, answer))
      if (done) return done
    }
    return undefined
  },
}

/** Undo of a like or boost that still waits for approval. */
export const undoWish: Undoer = {
  types: ['Like', 'Announce'],
  async undo(world, actor, reference) {
    const { uri } = reference
    return uri !== undefined && (await withdrawWish(world, actor, uri)) ? 'undone' : undefined
  },
}
