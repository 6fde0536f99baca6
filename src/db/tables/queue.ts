import type { Generated, GeneratedAlways } from 'kysely'
import type { ActivityId } from '../../base/ids.ts'

/** Which signature a host took last: the draft every server knows, or RFC 9421. */
export type Knock = 'unknown' | 'cavage' | 'rfc9421'

export interface HostTable {
  id: GeneratedAlways<number>
  name: string
  knock: Generated<Knock>
  knock_at: Date | null
  failures: Generated<number>
  failing_since: Date | null
  dead_at: Date | null
  last_error: string | null
  last_success_at: Date | null
  software: string | null
  software_version: string | null
  /** when its NodeInfo was last asked for */
  asked_at: Date | null
  /** when a request of theirs was last verified, to the hour */
  heard_at: Date | null
  last_failure_at: Date | null
  created_at: Generated<Date>
}

export interface InboxTable {
  id: GeneratedAlways<number>
  host_id: number
  url: string
  gone_at: Date | null
  missing_since: Date | null
}

/** Whether a host answered when it was last tried; `new` was never tried. */
export type Standing = 'new' | 'good' | 'failing'

export interface HostQueueTable {
  host_id: number
  due_at: Date | null
  lease: Generated<string>
  wakes: Generated<string>
  owner: number | null
  standing: Generated<Standing>
}

export interface DeliveryTable {
  id: GeneratedAlways<string>
  host_id: number
  subject: string
  activity_id: ActivityId
  inbox_id: number
  not_before: Date | null
  attempts: Generated<number>
  created_at: Generated<Date>
  gives_up_at: Date
}

export interface DeadDeliveryTable {
  id: string
  host_id: number
  subject: string
  activity_id: ActivityId
  inbox_id: number
  attempts: number
  reason: string
  created_at: Date
  died_at: Generated<Date>
}

export interface LaneQueueTable {
  lane: number
  due_at: Date | null
  lease: Generated<string>
  wakes: Generated<string>
  owner: number | null
  tries: Generated<number>
}

export interface LaneJobTable {
  id: GeneratedAlways<string>
  lane: number
  subject: string
  kind: string
  payload: string
  not_before: Date | null
  attempts: Generated<number>
  created_at: Generated<Date>
}

export interface JobTable {
  id: GeneratedAlways<string>
  kind: string
  subject: string | null
  payload: string
  due_at: Generated<Date>
  leased_until: Date | null
  lease: Generated<string>
  owner: number | null
  tries: Generated<number>
  attempts: Generated<number>
  created_at: Generated<Date>
}

export interface DeadJobTable {
  id: GeneratedAlways<string>
  kind: string
  lane: number | null
  subject: string | null
  payload: string
  attempts: number
  reason: string
  created_at: Date
  died_at: Generated<Date>
}

export interface InboxSeenTable {
  key: Buffer
}

export interface InboxSeenTurnTable {
  one: Generated<boolean>
  current: 'a' | 'b'
  since: Date
}

export interface WorkerTable {
  slot: number
  started_at: Generated<Date>
}
