import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AttachmentId, EmojiId } from '../../src/base/ids.ts'
import { Refusal } from '../../src/base/refusal.ts'
import { visibilities } from '../../src/base/visibility.ts'
import { activityFrom } from '../../src/translate/from-activity/activity.ts'
import { claimedHandle, remoteActorFrom } from '../../src/translate/from-activity/actor.ts'
import { incomingFrom } from '../../src/translate/from-activity/note.ts'
import type { JsonObject } from '../../src/translate/json.ts'
import { noteFrom } from '../../src/translate/to-activity/note.ts'
import type { AttachmentView, EmojiView, PollView, PostView } from '../../src/views/view.ts'
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
    'Question',
    'Emoji',
    'Video',
    'Audio',
    'Document',
    'Page',
    ':blob:',
    'PT12S',
    'video/mp4',
    'https://far.test/1.mp4',
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
  ...[
    'oneOf',
    'anyOf',
    'endTime',
    'closed',
    'replies',
    'totalItems',
    'votersCount',
    'blurhash',
    'focalPoint',
  ],
  ...['duration', 'width', 'height', 'image', 'formerRepresentations', 'orderedItems', 'items', 'mediaType'],
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
      for (const other of Object.values(post.contentMap ?? {})) expect(danger(other)).toBeUndefined()
      for (const { contentHtml } of post.former) expect(danger(contentHtml)).toBeUndefined()
      for (const { url } of [...post.attachments, ...post.emojis]) expect(url).toMatch(/^https?:\/\//)
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

const photo: AttachmentView = {
  id: '116000000000000031' as AttachmentId,
  kind: 'image',
  url: 'https://here.test/media/0.png',
  file: '0.png',
  mediaType: 'image/png',
  description: 'A <b>red</b> field',
  blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
  focus: { x: -0.5, y: 1 },
  width: 40,
  height: 20,
  duration: null,
  previewUrl: null,
}
const film: AttachmentView = {
  ...photo,
  kind: 'video',
  url: 'https://here.test/media/1.mp4',
  mediaType: 'video/mp4',
  description: '',
  blurhash: null,
  focus: null,
  width: null,
  height: null,
  duration: 12.5,
  previewUrl: 'https://here.test/media/1.png',
}
const question: PollView = {
  multiple: false,
  hideTotals: false,
  endsAt: new Date('2026-11-20T07:00:00.000Z'),
  closedAt: null,
  voters: 3,
  options: [
    { title: 'tea & milk', votes: 2 },
    { title: 'coffee', votes: 1 },
  ],
  ownVotes: [],
}
const blob: EmojiView = {
  id: '116000000000000041' as EmojiId,
  shortcode: 'blob_cat',
  url: 'https://here.test/media/2.png',
  file: '2.png',
  mediaType: 'image/png',
  updatedAt: new Date('2026-11-01T00:00:00.000Z'),
}
/** Of several languages, the one whose words stand in `content`. */
const spoken = (post: PostView) => (language: unknown) =>
  language ===
  (Object.entries(post.contentMap ?? {}).find(([, text]) => text === post.contentHtml)?.[0] ?? null)

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
    attachments: fc.constantFrom([], [photo], [photo, { ...film, id: '116000000000000032' as AttachmentId }]),
    poll: fc.constantFrom(null, question, { ...question, multiple: true, closedAt: question.endsAt }),
    emojis: fc.constantFrom([], [blob]),
    sourceType: fc.constantFrom(null, 'text/markdown'),
    contentMap: fc.constantFrom(null, { en: '<p>Hello</p>', de: '<p>Hallo</p>' }),
  })
  fc.assert(
    fc.property(view, ({ edited, ...change }) => {
      const editedAt = edited && change.publishedAt < received ? received : null
      const post = postView({ ...change, editedAt })
      const { mentions } = change
      expect(incomingFrom(JSON.parse(JSON.stringify(noteFrom(post, uris))), received)).toMatchObject({
        uri: post.uri,
        url: post.url,
        authorUri: post.author.uri,
        kind: post.poll ? 'question' : 'note',
        visibility: post.visibility,
        inReplyToUri: post.inReplyTo?.uri ?? null,
        title: null,
        summary: post.summary,
        sensitive: post.sensitive,
        contentHtml: post.contentHtml,
        source: post.source,
        sourceType: post.source === null ? null : (post.sourceType ?? 'text/plain'),
        language: post.contentMap ? expect.toSatisfy(spoken(post)) : post.language,
        contentMap: post.contentMap,
        attachments: post.attachments.map(({ id: _id, file: _file, ...attached }) => attached),
        poll: post.poll && {
          multiple: post.poll.multiple,
          endsAt: post.poll.endsAt,
          closedAt: post.poll.closedAt,
          voters: post.poll.voters,
          options: post.poll.options,
        },
        emojis: post.emojis.map((emoji) => ({
          shortcode: emoji.shortcode,
          uri: uris.emoji(emoji.id),
          url: emoji.url,
          mediaType: emoji.mediaType,
          updatedAt: emoji.updatedAt,
        })),
        former: [],
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
