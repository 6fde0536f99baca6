import { refuse } from '../../../base/refusal.ts'
import type { OutboxHandler } from './posting.ts'
import { requireScope } from './scopes.ts'
import { give } from './speak.ts'
import { objectOf } from './subject.ts'

/** Who does these does them to nothing. */
const INTRANSITIVE = new Set(['Activity', 'IntransitiveActivity', 'Arrive', 'Travel'])

/** What means nothing more here than that it was said: it is kept as it is, and goes to whom it is for. */
export const other: OutboxHandler = {
  authorise: ({ bearer }) => requireScope(bearer, 'createcontent'),
  async run(posting) {
    if (posting.actor.movedToUri !== null) refuse('account.moved')
    if (!INTRANSITIVE.has(posting.type) && posting.activity.object === undefined) objectOf(posting.activity)
    return give(posting)
  },
}
