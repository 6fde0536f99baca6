import { readdirSync } from 'node:fs'
import { Note, Person } from '@fedify/fedify/vocab'
import { describe, expect, test } from 'vitest'
import { documentLoader, loadContext } from '../../src/federation/loader.ts'
import { actorContext, noteContext } from '../../src/translate/to-activity/context.ts'

const load = async (url: string) => (await loadContext(url)).document as Record<string, unknown>
const vendored = readdirSync(new URL('../../src/federation/contexts/', import.meta.url))

describe('a context', () => {
  test('that we emit is vendored', async () => {
    for (const context of [...actorContext, ...noteContext]) {
      if (typeof context === 'string') expect(await load(context)).not.toEqual({ '@context': {} })
    }
  })

  test.each([
    'https://www.w3.org/ns/activitystreams',
    'https://www.w3.org/ns/activitystreams#',
    'https://w3id.org/security/v1',
    'https://w3id.org/security/data-integrity/v1',
    'https://w3id.org/security/data-integrity/v2',
    'https://w3id.org/security/multikey/v1',
    'https://www.w3.org/ns/did/v1',
    'https://w3id.org/identity/v1',
    'https://gotosocial.org/ns',
    'https://join-lemmy.org/context.json',
    'https://funkwhale.audio/ns',
    'https://any.pleroma.example/schemas/litepub-0.1.jsonld',
    'http://schema.org/',
    'https://purl.archive.org/socialweb/webfinger',
  ])('that we meet is vendored: %s', async (url) => {
    const document = await load(url)
    expect(Object.keys(document['@context'] as object).length).toBeGreaterThan(0)
  })

  test.each([
    'https://unknown.example/context',
    'http://169.254.169.254/latest/meta-data',
    'constructor',
    '__proto__',
    'toString',
    '',
  ])('that nobody knows is empty, and is not asked for: %s', async (url) => {
    expect(await load(url)).toEqual({ '@context': {} })
  })

  test('S-028: that nobody knows does not keep a document from being read', async () => {
    const note = await Note.fromJsonLd(
      {
        '@context': ['https://www.w3.org/ns/activitystreams', 'https://down.example/context'],
        id: 'https://far.test/notes/1',
        type: 'Note',
        content: 'hi',
        odd: { thing: 1 },
      },
      { contextLoader: loadContext, documentLoader: loadContext },
    )
    expect(note.content?.toString()).toBe('hi')
  })

  test('of every file is JSON-LD that an actor can be read with', async () => {
    expect(vendored.length).toBeGreaterThan(15)
    const contexts = [
      'https://www.w3.org/ns/activitystreams',
      'https://w3id.org/security/v1',
      'https://gotosocial.org/ns',
      'https://misskey-hub.net/ns',
      'https://funkwhale.audio/ns',
      'https://joinpeertube.org/ns',
      'http://joinmastodon.org/ns',
      'https://x.example/schemas/litepub-0.1.jsonld',
    ]
    for (const context of contexts) {
      const person = await Person.fromJsonLd(
        {
          '@context': ['https://www.w3.org/ns/activitystreams', context],
          id: 'https://far.test/users/anna',
          type: 'Person',
          preferredUsername: 'anna',
          inbox: 'https://far.test/users/anna/inbox',
        },
        { contextLoader: loadContext, documentLoader: loadContext },
      )
      expect([context, person.preferredUsername?.toString()]).toEqual([context, 'anna'])
    }
  })
})

test('documents come through the guarded fetcher alone, contexts from here', async () => {
  const asked: string[] = []
  const loader = documentLoader({
    json: async (url) => {
      asked.push(url)
      return { url: `${url}?moved`, document: { id: url } }
    },
  })
  expect(await loader('https://far.test/1')).toEqual({
    contextUrl: null,
    documentUrl: 'https://far.test/1?moved',
    document: { id: 'https://far.test/1' },
  })
  await loader('https://www.w3.org/ns/activitystreams')
  expect(asked).toEqual(['https://far.test/1'])
})
