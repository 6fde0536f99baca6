import jsonld from 'jsonld'
import { describe, expect, test } from 'vitest'
import type { ActivityId } from '../../../src/base/ids.ts'
import { knownContext } from '../../../src/federation/loader.ts'
import type { JsonObject } from '../../../src/translate/json.ts'
import { createFrom } from '../../../src/translate/to-activity/activities.ts'
import { actorFrom } from '../../../src/translate/to-activity/actor.ts'
import { withUsedTerms } from '../../../src/translate/to-activity/used-terms.ts'
import { accountView, postView, uris } from '../views.ts'

const meaning = (document: JsonObject, safe = true) =>
  jsonld.canonize(document, { documentLoader: knownContext, safe })

const rich = postView({
  emojis: [],
  hashtags: [{ name: 'rain', displayName: 'Rain' }],
  sensitive: true,
  attachments: [],
})

describe('the terms that a document uses', () => {
  test.each<[string, JsonObject]>([
    ['a post', createFrom('1' as ActivityId, rich, uris)],
    ['an account', actorFrom(accountView({ fields: [{ name: 'a', value: 'b' }] }), uris)],
    [
      'a list of types',
      {
        '@context': [
          'https://www.w3.org/ns/activitystreams',
          { toot: 'http://x.example/#', Emoji: 'toot:Emoji', other: 'toot:other' },
        ],
        type: ['Note', 'Emoji'],
      },
    ],
  ])('of %s say the same as all that it brought, in fewer words', async (_what, document) => {
    const trimmed = withUsedTerms(document)
    expect(await meaning(trimmed, false)).toBe(await meaning(document, false))
    expect(JSON.stringify(trimmed).length).toBeLessThan(JSON.stringify(document).length)
  })

  test('every name in a post or an account of ours has a meaning', async () => {
    for (const document of [createFrom('1' as ActivityId, rich, uris), actorFrom(accountView(), uris)])
      await expect(meaning(withUsedTerms(document))).resolves.toContain('activitystreams#')
  })

  test('of a document without terms of its own are none', () => {
    const plain = { '@context': 'https://www.w3.org/ns/activitystreams', type: 'Delete' }
    expect(withUsedTerms(plain)).toEqual(plain)
    expect(
      withUsedTerms({ ...plain, '@context': [plain['@context'], { toot: 'http://x.example/#' }] }),
    ).toEqual(plain)
  })
})
