import { refuse } from '../base/refusal.ts'
import type { Json, JsonObject } from './json.ts'
import { type ShapeLimits, shapeLimits } from './json-text.ts'

/** More ids that no one else can name than any peer sends. */
const MOST_BLANK_NODES = 100

/** They change what the names around them mean, and nobody's posts or actors need them (S-029). */
const FORBIDDEN = new Set(['@graph', '@included', '@reverse', '@nest'])

const AS = 'https://www.w3.org/ns/activitystreams#'
const SEC = 'https://w3id.org/security#'
const LDP = 'http://www.w3.org/ns/ldp#'

/** The names that decide who did what to what for whom: reading by name is only safe while they mean the usual thing. */
const CORE: ReadonlyMap<string, readonly string[]> = new Map([
  ['as', [AS]],
  ['sec', [SEC]],
  ['ldp', [LDP]],
  ['id', ['@id']],
  ['type', ['@type']],
  ...[
    'actor',
    'attributedTo',
    'audience',
    'bcc',
    'bto',
    'cc',
    'content',
    'followers',
    'following',
    'inReplyTo',
    'object',
    'outbox',
    'result',
    'sharedInbox',
    'target',
    'to',
    'url',
    'Public',
    'Accept',
    'Add',
    'Announce',
    'Block',
    'Create',
    'Delete',
    'Flag',
    'Follow',
    'Like',
    'Move',
    'Reject',
    'Remove',
    'Undo',
    'Update',
    'Application',
    'Group',
    'Organization',
    'Person',
    'Service',
    'Article',
    'Note',
    'Question',
    'Tombstone',
    'Mention',
  ].map((term): [string, string[]] => [term, [`as:${term}`, AS + term]]),
  ['inbox', ['ldp:inbox', `${LDP}inbox`, 'as:inbox', `${AS}inbox`]],
  ...[
    'publicKey',
    'publicKeyPem',
    'owner',
    'controller',
    'assertionMethod',
    'publicKeyMultibase',
    'signature',
  ].map((term): [string, string[]] => [term, [`sec:${term}`, SEC + term]]),
  ['alsoKnownAs', ['as:alsoKnownAs', `${AS}alsoKnownAs`]],
  ['movedTo', ['as:movedTo', `${AS}movedTo`]],
])

interface Walk {
  readonly limits: ShapeLimits
  nodes: number
  contexts: number
  blank: number
}

/**
 * Refuses what is built to cost or to mislead: too deep, too many nodes, list items or contexts, keywords that turn a
 * document inside out, inline contexts that give core names another meaning, storms of blank nodes (S-026, S-029).
 * Costs microseconds for an ordinary activity, and stops at the first excess.
 * @throws Refusal 'request.invalid' with the reason
 */
export function checkShape(value: Json, limits: ShapeLimits = shapeLimits): void {
  visit(value, 1, { limits, nodes: 0, contexts: 0, blank: 0 })
}

function visit(value: Json, depth: number, walk: Walk): void {
  walk.nodes += 1
  if (walk.nodes > walk.limits.nodes) tooMuch('too many parts')
  if (typeof value !== 'object' || value === null) return
  if (depth > walk.limits.depth) tooMuch('nested too deep')
  if (Array.isArray(value)) {
    if (value.length > walk.limits.items) tooMuch('a list too long')
    for (const item of value) visit(item, depth + 1, walk)
    return
  }
  visitObject(value as JsonObject, depth, walk)
}

function visitObject(object: JsonObject, depth: number, walk: Walk): void {
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (value === undefined) continue
    if (key.charCodeAt(0) === 64) checkKeyword(key, value, walk)
    if ((key === 'id' || key === '@id') && typeof value === 'string' && value.startsWith('_:')) {
      walk.blank += 1
      if (walk.blank > MOST_BLANK_NODES) tooMuch('too many blank nodes')
    }
    visit(value, depth + 1, walk)
  }
}

function checkKeyword(key: string, value: Json, walk: Walk): void {
  if (FORBIDDEN.has(key)) tooMuch(`${key} is not read here`)
  if (key !== '@context') return
  const contexts = Array.isArray(value) ? value : [value]
  walk.contexts += contexts.length
  if (walk.contexts > walk.limits.contexts) tooMuch('too many contexts')
  for (const context of contexts) if (typeof context === 'object' && context !== null) checkContext(context)
}

function checkContext(context: Json): void {
  if (Array.isArray(context)) tooMuch('contexts within contexts')
  for (const [term, definition] of Object.entries(context as JsonObject)) {
    const usual = CORE.get(term)
    if (usual === undefined) continue
    const meaning =
      typeof definition === 'object' && definition !== null ? (definition as JsonObject)['@id'] : definition
    if (typeof meaning !== 'string' || !usual.includes(meaning)) tooMuch(`the context redefines ${term}`)
  }
}

function tooMuch(reason: string): never {
  refuse('request.invalid', { reason })
}
