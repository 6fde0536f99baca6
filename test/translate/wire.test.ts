import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../../src/base/refusal.ts'
import { readActivity as readInbox } from '../../src/faces/activitypub/inbox/read.ts'
import {
  activityFrom,
  embeddedObject,
  type ReadActivity,
} from '../../src/translate/from-activity/activity.ts'
import { claimedHandle, remoteActorFrom } from '../../src/translate/from-activity/actor.ts'
import { incomingFrom, type Known } from '../../src/translate/from-activity/note.ts'
import { type Json, type JsonObject, parseJson } from '../../src/translate/json.ts'
import { checkShape } from '../../src/translate/shape.ts'
import { readQuirks, type Quirk as WireQuirk } from '../support/wire.ts'

type Quirk = WireQuirk<JsonObject>

const received = new Date('2026-11-22T08:00:00Z')
const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString()
const quirks = readQuirks<JsonObject>(pem)

function read(quirk: Quirk): unknown {
  if (quirk.activity) return readActivity(quirk.activity, quirk.known)
  if (quirk.object) return readPost(quirk.object, quirk.known)
  const actor = checked(quirk.actor ?? {})
  return plain(remoteActorFrom(actor, { handleVerified: true, ...claimedHandle(actor) }))
}

function readActivity(json: JsonObject, known: Known = {}): unknown {
  const activity = activityFrom(JSON.stringify(json))
  const note = embeddedObject(activity)
  const { to, cc } = activity
  const isPost = activity.type === 'Create' && activity.objects.length === 1
  return {
    activity,
    ...reactionIn(activity, known),
    ...(note && isPost ? { incoming: readPost(note, { ...known, to, cc }) } : {}),
  }
}

/** What an inbox makes of it, where that is a reaction or nothing. */
function reactionIn(activity: ReadActivity, known: Known): object {
  if (!['Like', 'EmojiReact', 'Dislike', 'Announce', 'Undo'].includes(activity.type)) return {}
  const receipt = { at: received, followersUrl: known.followersUrl ?? null }
  return { reading: plain(readInbox(activity, receipt)) }
}

function readPost(json: JsonObject, known?: Known): unknown {
  return plain(incomingFrom(checked(json), received, known))
}

function checked(json: JsonObject): JsonObject {
  checkShape(json)
  return parseJson(JSON.stringify(json)) as JsonObject
}

/** Dates as text and absent values as null, as JSON has them. */
function plain(value: object): Json {
  return JSON.parse(JSON.stringify(value, (_, item) => (item === undefined ? null : item))) as Json
}

describe('what peers send is read as they mean it', () => {
  test.each(quirks)('%s', (_, quirk) => {
    if (quirk.expect.refused) expect(() => read(quirk)).toThrow(Refusal)
    else expect(read(quirk)).toMatchObject(quirk.expect)
  })
})

test('every quirk says whose it is and what it is about', () => {
  expect(quirks.length).toBeGreaterThanOrEqual(120)
  for (const [name, { from, note, activity, object, actor }] of quirks) {
    expect(from, name).toMatch(/\w/)
    expect(note, name).toMatch(/\w.+\.$/)
    expect([activity, object, actor].filter(Boolean), name).toHaveLength(1)
  }
})
