import { refuse } from '../../base/refusal.ts'
import type { JsonRecord } from '../../domain/grants/client.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { type Json, type JsonObject, languageMapOf, listOf, objectsOf, textOf, typeOf } from '../json.ts'
import { imageUrlOf, pageUrlOf } from './links.ts'

const KINDS = ['Application', 'Service']

/**
 * An ActivityPub object that stands for an app (FEP-d8c2), in the words of RFC 7591.
 * @throws Refusal 'client.metadata' when it is none
 */
export function clientMetadataFrom(object: JsonObject): JsonRecord {
  const kinds = listOf(object.type).map((type) => typeOf({ type }))
  if (!kinds.some((kind) => KINDS.includes(kind)))
    refuse('client.metadata', { reason: 'an app is an Application or a Service' })
  return {
    client_name: nameOf(object),
    client_uri: pageUrlOf(object.url, textOf(object.id) ?? '') ?? undefined,
    logo_uri: imageUrlOf(object.icon) ?? undefined,
    summary: plainTextFrom(textOf(object.summary) ?? '').slice(0, 2000),
    redirect_uris: redirectsOf(object.redirectURI ?? object['oauth:redirectURI']),
    token_endpoint_auth_method: 'none',
  }
}

/** By its name, or in English, or in whichever language it has one. */
function nameOf(object: JsonObject): string | undefined {
  const names = languageMapOf(object.nameMap)
  const english = names.find(([language]) => /^en\b/i.test(language))
  return textOf(object.name) ?? (english ?? names[0])?.[1]
}

function redirectsOf(value: Json | undefined): readonly string[] {
  const objects = objectsOf(value).flatMap((item) => listOf(item.id ?? item.href))
  return [...listOf(value), ...objects].filter((item) => typeof item === 'string')
}
