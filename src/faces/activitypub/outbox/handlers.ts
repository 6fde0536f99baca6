import { refuse } from '../../../base/refusal.ts'
import type { OutboxHandler } from './posting.ts'

/** What each type of activity does; what has no line here is kept and sent on as it is. */
const handlers: Readonly<Record<string, OutboxHandler>> = {}

/** @throws Refusal 'activity.type' for what cannot be posted */
export function handlerFor(type: string): OutboxHandler {
  const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined
  return handler ?? refuse('activity.type', { type })
}
