import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Refusal } from '../../src/base/refusal.ts'
import { visibilities } from '../../src/base/visibility.ts'
import { activityFrom } from '../../src/translate/from-activity/activity.ts'
import { claimedHandle, remoteActorFrom } from '../../src/translate/from-activity/actor.ts'
import { incomingFrom } from '../../src/translate/from-activity/note.ts'
import type { JsonObject } from '../../src/translate/json.ts'
import { noteFrom } from '../../src/translate/to-activity/note.ts'
import { attacks } from '../text/attacks.ts'
import { cpuMilliseconds } from '../text/cpu.ts'
import { danger } from '../text/inert.ts'
import { ann, postView, uris } from './views.ts'

const received = new Date('2026-11-22T08:00:00Z')

const words = fc.constantFrom(
  ...[
    'https://far.test/users/ann',
    'https://far.test/1',
    'https://www.w3.org/ns/activitystreams#Public',
    'as:Public',
  ],
  ...[
    'Note',
    'Person',
    'Create',
    'Mention',
    'Hashtag',
    'Link',
    'Image',
    'Event',
    'Multikey',
    'PropertyValue',
    '#x',
  ],
  ...[
    '2026-11-22',
    'yesterday',
    '',
    '\0',
    '\ud800',
    '__proto__',
    'text/markdown',
    'z6Mk',
    'javascript:alert(1)',
  ],
  ...attacks,
)
const leaf = fc.oneof(words, fc.string({ unit: 'binary', maxLength: 20 }), fc.jsonValue({ maxDepth: 2 }))
const names = fc.constantFrom(
  ...[
    'id',
    'type',
    'actor',
    'object',
    'to',
    'cc',
    'attributedTo',
    'content',
    'contentMap',
    'summary',
    'name',
    'url',
  ],
  ...[
    'href',
    'mediaType',
    'tag',
    'attachment',
    'inReplyTo',
    'published',
    'updated',
    'source',
    'quote',
    'startTime',
  ],
  ...[
    'location',
    'address',
    'inbox',
    'publicKey',
    'publicKeyPem',
    'owner',
    'assertionMethod',
    'endpoints',
    'icon',
  ],
  ...[
    'preferredUsername',
    'webfinger',
    'alsoKnownAs',
    'movedTo',
    'language',
    'identifier',
    'preview',
    'value',
    '@context',
  ],
)
const { json } = fc.letrec<{ json: unknown; object: object }>((tie) => ({
  json: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('json'), { maxLength: 4 }), tie('object')),
  object: fc.dictionary(
    fc.oneof({ weight: 9, arbitrary: names }, { weight: 1, arbitrary: fc.string() }),
    tie('json'),
    { maxKeys: 8 },
  ),
}))
const changes = fc.dictionary(names, json, { maxKeys: 6 })

const note = {
  id: 'https://far.test/1',
  type: 'Note',
  attributedTo: 'https://far.test/users/ann',
  content: '<p>x</p>',
  to: ['https://www.w3.org/ns/activitystreams#Public'],
}
const actor = {
  id: 'https://far.test/users/ann',
  type: 'Person',
  preferredUsername: 'ann',
  inbox: 'https://far.test/inbox',
}

/** What it gives, or undefined when it refuses; anything else thrown is a defect. */
function answer<Value>(read: () => Value): Value | undefined {
  let value: Value | undefined
  const attempt = () => {
    try {
      value = read()
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal)
      expect((error as Refusal).code).toBe('request.invalid')
    }
  }
  // What is slow is slow twice; collecting garbage is not.
  const taken = cpuMilliseconds(attempt)
  expect(taken < 50 ? taken : cpuMilliseconds(attempt)).toBeLessThan(50)
  return value
}

// The first reading of anything compiles and loads; that time is nobody's.
incomingFrom(note, received)
for (const html of attacks) answer(() => incomingFrom({ ...note, content: html, name: html }, received))
answer(() => remoteActorFrom(actor, { handleVerified: true, ...claimedHandle(actor) }))

test('no body, however odd, is answered by anything but an activity or a refusal', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        json,
        changes.map((change) => ({
          id: 'https://far.test/2',
          type: 'Create',
          actor: actor.id,
          object: note,
          ...change,
        })),
      ),
      (value) => {
        const activity = answer(() => activityFrom(JSON.stringify(value) ?? ''))
        if (activity) expect(activity.actor).toMatch(/^https?:\/\//)
      },
    ),
    { numRuns: 1500 },
  )
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (body) => void answer(() => activityFrom(body))))
})

test('no note, however odd, gives anything but a whole, harmless, storable post or a refusal', () => {
  let posts = 0
  fc.assert(
    fc.property(changes, (change) => {
      const post = answer(() => incomingFrom({ ...note, ...change } as JsonObject, received))
      if (post === undefined) return
      posts += 1
      const html = post.contentHtml.replaceAll(
        ' rel="nofollow noopener"',
        ' rel="nofollow noopener noreferrer"',
      )
      expect(danger(html)).toBeUndefined()
      const text = JSON.stringify(post)
      expect(text.isWellFormed() && !/\\u0000|\\ud[89a-f]/i.test(text)).toBe(true)
      for (const date of [post.publishedAt, post.updatedAt]) expect(date?.getTime()).not.toBeNaN()
    }),
    { numRuns: 1500 },
  )
  expect(posts).toBeGreaterThan(100)
})

test('no actor, however odd, gives anything but a whole, harmless, storable account or a refusal', () => {
  let accounts = 0
  fc.assert(
    fc.property(changes, (change) => {
      const document = { ...actor, ...change } as JsonObject
      const account = answer(() =>
        remoteActorFrom(document, { handleVerified: false, ...claimedHandle(document) }),
      )
      if (account === undefined) return
      accounts += 1
      expect(danger(account.bioHtml)).toBeUndefined()
      for (const { value } of account.fields) expect(danger(value)).toBeUndefined()
      const text = JSON.stringify(account)
      expect(text.isWellFormed() && !/\\u0000|\\ud[89a-f]/i.test(text)).toBe(true)
    }),
    { numRuns: 1500 },
  )
  expect(accounts).toBeGreaterThan(100)
})

test('a post of ours, read as a stranger reads it, is what it was', () => {
  const view = fc.record({
    visibility: fc.constantFrom(...visibilities),
    summary: fc.constantFrom('', 'Food & drink', 'one\ntwo'),
    sensitive: fc.boolean(),
    contentHtml: fc.constantFrom('<p>Hello</p>', '<p>a &amp; b<br />c</p><p>d</p>'),
    source: fc.constantFrom(null, 'Hello', 'a & b'),
    language: fc.constantFrom(null, 'en', 'pt-BR'),
    publishedAt: fc.date({ min: new Date('2008-01-01'), max: received, noInvalidDate: true }),
    edited: fc.boolean(),
    mentions: fc.constantFrom(
      [],
      [ann],
      [ann, { ...ann, uri: 'https://other.test/users/cy', name: 'cy', host: 'other.test' }],
    ),
    hashtags: fc.constantFrom([], [{ name: 'rain', displayName: 'Rain' }]),
    inReplyTo: fc.constantFrom(null, { id: null, uri: 'https://far.test/notes/1', accountId: null }),
    audience: fc.constantFrom(null, 'https://groups.test/c/rain'),
  })
  fc.assert(
    fc.property(view, ({ edited, ...change }) => {
      const editedAt = edited && change.publishedAt < received ? received : null
      const post = postView({ ...change, editedAt })
      const { mentions } = change
      expect(incomingFrom(JSON.parse(JSON.stringify(noteFrom(post, uris))), received)).toEqual({
        uri: post.uri,
        url: post.url,
        authorUri: post.author.uri,
        kind: 'note',
        visibility: post.visibility,
        inReplyToUri: post.inReplyTo?.uri ?? null,
        title: null,
        summary: post.summary,
        sensitive: post.sensitive,
        contentHtml: post.contentHtml,
        source: post.source,
        language: post.language,
        publishedAt: post.publishedAt,
        updatedAt: editedAt ?? undefined,
        recipientUris: mentions.map(({ uri }) => uri),
        mentionUris: mentions.map(({ uri }) => uri),
        hashtags: post.hashtags,
        audience: post.audience,
      })
    }),
    { numRuns: 300 },
  )
})
