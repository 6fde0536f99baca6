import { expect, test } from 'vitest'
import type { ActivityId } from '../../../src/base/ids.ts'
import { PUBLIC } from '../../../src/base/uris.ts'
import { activityFrom } from '../../../src/translate/from-activity/activity.ts'
import type { JsonObject } from '../../../src/translate/json.ts'
import {
  acceptFrom,
  actorUpdateFrom,
  createFrom,
  deleteFrom,
  followFrom,
  rejectFrom,
  undoFollowFrom,
  updateFrom,
} from '../../../src/translate/to-activity/activities.ts'
import { actorObject } from '../../../src/translate/to-activity/actor.ts'
import { collectionText, pageText } from '../../../src/translate/to-activity/collections.ts'
import { noteObject } from '../../../src/translate/to-activity/note.ts'
import { accountView, ann, postView, uris } from '../views.ts'

const activityId = '116000000000000099' as ActivityId
const uri = uris.activity(activityId)
const AS = 'https://www.w3.org/ns/activitystreams'
const follow = { uri: 'https://far.test/follows/1', followerUri: ann.uri, followedUri: accountView().uri }
const embedded = { id: follow.uri, type: 'Follow', actor: follow.followerUri, object: follow.followedUri }

test('a Create holds the post whole and is addressed just like it', () => {
  const view = postView({ mentions: [ann] })
  const create = createFrom(activityId, view, uris)
  const object = noteObject(view, uris)
  expect(create).toEqual({
    '@context': [AS, expect.any(Object)],
    id: uri,
    type: 'Create',
    actor: view.author.uri,
    published: object.published,
    to: object.to,
    cc: object.cc,
    object,
  })
  expect(object).not.toHaveProperty('@context')
})

test('an Update holds the post as edited, with its time', () => {
  const view = postView({ visibility: 'direct', mentions: [ann], editedAt: new Date('2026-11-21T08:00:00Z') })
  const update = updateFrom(activityId, view, uris)
  expect(update).toMatchObject({
    type: 'Update',
    published: '2026-11-21T08:00:00.000Z',
    to: [ann.uri],
    cc: [],
    object: { updated: '2026-11-21T08:00:00.000Z', to: [ann.uri], cc: [] },
  })
})

test('a Delete holds a Tombstone, for everyone', () => {
  const deletedAt = new Date('2026-11-22T08:00:00Z')
  const post = { uri: postView().uri, authorUri: accountView().uri, deletedAt }
  expect(deleteFrom(activityId, post, uris)).toEqual({
    '@context': AS,
    id: uri,
    type: 'Delete',
    actor: accountView().uri,
    to: [PUBLIC],
    cc: [],
    object: { id: postView().uri, type: 'Tombstone', deleted: '2026-11-22T08:00:00.000Z' },
  })
})

test('a Follow goes by its own id, with the followed as a plain id', () => {
  expect(followFrom(follow)).toEqual({ '@context': AS, ...embedded, to: [follow.followedUri], cc: [] })
})

test.each([
  ['Accept', acceptFrom(activityId, follow, uris), follow.followedUri, follow.followerUri],
  ['Reject', rejectFrom(activityId, follow, uris), follow.followedUri, follow.followerUri],
  ['Undo', undoFollowFrom(activityId, follow, uris), follow.followerUri, follow.followedUri],
])('%s embeds the whole Follow', (type, activity, actor, to) => {
  expect(activity).toEqual({ '@context': AS, id: uri, type, actor, to: [to], cc: [], object: embedded })
})

test('a changed profile is told whole', () => {
  const account = accountView()
  expect(actorUpdateFrom(activityId, account, uris)).toMatchObject({
    type: 'Update',
    actor: account.uri,
    to: [PUBLIC],
    cc: [uris.followers(account.id)],
    object: actorObject(account, uris),
  })
})

test('every activity of ours has the context first, strings for actor and id, lists for to and cc, and can be read back', () => {
  const post = { uri: postView().uri, authorUri: accountView().uri }
  const all: JsonObject[] = [
    createFrom(activityId, postView(), uris),
    updateFrom(activityId, postView(), uris),
    deleteFrom(activityId, post, uris),
    followFrom(follow),
    acceptFrom(activityId, follow, uris),
    rejectFrom(activityId, follow, uris),
    undoFollowFrom(activityId, follow, uris),
    actorUpdateFrom(activityId, accountView(), uris),
  ]
  for (const activity of all) {
    expect(Object.keys(activity)[0]).toBe('@context')
    expect([activity['@context']].flat()[0]).toBe(AS)
    expect(typeof activity.id).toBe('string')
    expect(typeof activity.actor).toBe('string')
    expect(Array.isArray(activity.to) && Array.isArray(activity.cc)).toBe(true)
    expect(activityFrom(JSON.stringify(activity))).toMatchObject({ id: activity.id, type: activity.type })
  }
})

test('a list says how many and where it starts, also when it is empty', () => {
  const id = uris.followers(accountView().id)
  const shut = collectionText({ id, ordered: true, totalItems: 0, first: `${id}?cursor=first` })
  expect(JSON.parse(shut)).toEqual({
    '@context': AS,
    id,
    type: 'OrderedCollection',
    totalItems: 0,
    first: `${id}?cursor=first`,
  })
  const about = { attributedTo: 'y' }
  const whole = collectionText({ id, ordered: false, first: 'x', about, items: ['"a"', '{"id":"b"}'] })
  expect(JSON.parse(whole)).toMatchObject({
    type: 'Collection',
    attributedTo: 'y',
    items: ['a', { id: 'b' }],
  })
  expect(JSON.parse(collectionText({ id, ordered: true, first: 'x', items: [] }))).toMatchObject({
    orderedItems: [],
  })
})

test('a page says what it is part of and where it goes on, and ends without a dead next', () => {
  const id = uris.outbox(accountView().id)
  const page = pageText({ id: `${id}?page=1`, partOf: id, ordered: true, items: ['"a"'], next: 'n' })
  expect(page.startsWith('{"@context":')).toBe(true)
  expect(JSON.parse(page)).toMatchObject({
    type: 'OrderedCollectionPage',
    partOf: id,
    next: 'n',
    orderedItems: ['a'],
  })
  const last = JSON.parse(pageText({ id, partOf: id, ordered: false, items: [] }))
  expect(last).toMatchObject({ type: 'CollectionPage', items: [] })
  for (const key of ['next', 'prev', 'totalItems', 'orderedItems']) expect(last).not.toHaveProperty(key)
})
