import type { StreamEvent } from '../../../domain/events/event.ts'
import type { Subscription } from './board.ts'
import type { Message } from './message.ts'

/** Something that happened, and its place among all that did. */
export interface Happened {
  readonly event: StreamEvent
  readonly at: number
}

/** A message to one of those who listen. */
export interface Delivery {
  readonly at: number
  readonly to: Subscription
  readonly message: Message
}
