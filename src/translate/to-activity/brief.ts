import type { Uris } from '../../base/uris.ts'
import type { PersonView } from '../../views/relations.ts'
import type { JsonObject } from '../json.ts'

const TYPES: Readonly<Record<string, string>> = {
  person: 'Person',
  service: 'Service',
  application: 'Application',
  group: 'Group',
  organization: 'Organization',
}

/** What ActivityStreams calls an account of that kind. */
export function personType(kind: string): string {
  return TYPES[kind] ?? 'Person'
}

/** Somebody as they stand in a list: enough to be shown and named, and to be asked for the rest. */
export function personBrief(view: PersonView, uris: Uris): JsonObject {
  const inbox = view.local ? uris.inbox(view.id) : view.inboxUrl
  const outbox = view.local ? uris.outbox(view.id) : view.outboxUrl
  return {
    id: view.uri,
    type: personType(view.kind),
    preferredUsername: view.name,
    name: view.displayName === '' ? view.name : view.displayName,
    webfinger: `${view.name}@${view.host ?? uris.handleHost}`,
    url: view.url,
    ...(inbox === null ? {} : { inbox }),
    ...(outbox === null ? {} : { outbox }),
    ...(view.avatarUrl === null ? {} : { icon: { type: 'Image', url: view.avatarUrl } }),
  }
}

/** An activity of anybody by what it needs to be read. */
export function actBrief(type: string, id: string, actor: string, object: string): JsonObject {
  return { id, type, actor, object }
}
