import { handleFrom } from '../../base/handles.ts'
import type { Uris } from '../../base/uris.ts'
import type { AccountView } from '../../views/view.ts'

const ACTIVITY = 'application/activity+json'
const LINKED_DATA = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'

/**
 * Reads what WebFinger is asked for into the one spelling in which Fedify looks it up: an `acct:` in any case or without
 * its scheme, the address of an actor or a page, the bare host for the server itself (FEP-d556).
 * @returns undefined when it is nothing that could be asked for: 400
 */
export function resourceFrom(text: string, uris: Uris): string | undefined {
  const resource = text.trim()
  if (namesServer(resource.toLowerCase(), uris)) return uris.instanceActor
  const handle = /^https?:/i.test(resource) ? undefined : handleFrom(resource)
  if (handle) return handle.host === null ? undefined : `acct:${handle.name}@${handle.host}`
  if (!/^[a-z][a-z0-9+.-]*:./i.test(resource) || /^acct:/i.test(resource) || !URL.canParse(resource))
    return undefined
  const url = new URL(resource)
  return url.origin === uris.origin && url.pathname === '/' ? uris.instanceActor : url.href
}

/** `host` alone, or the handle of the server's own actor, whose name is the host, port and all. */
function namesServer(resource: string, uris: Uris): boolean {
  const { host } = new URL(uris.origin)
  const handle = resource.replace(/^acct:/, '').replace(/^@/, '')
  const hosts = [uris.handleHost, host]
  return hosts.some((name) => resource === name || hosts.some((at) => handle === `${name}@${at}`))
}

/** Whose page this is: `/@name`, and `/about` for the server itself. */
export function aliasFrom(
  resource: URL,
  uris: Uris,
): { readonly identifier: string } | { readonly username: string } | null {
  if (resource.href === uris.about) return { identifier: 'instance' }
  const name = resource.origin === uris.origin ? /^\/@(\w+)\/?$/.exec(resource.pathname)?.[1] : undefined
  return name === undefined ? null : { username: name }
}

/** The WebFinger document of one of ours; the same however it was asked for. */
export function jrdFrom(account: AccountView, uris: Uris): Response {
  const subject = `acct:${account.name}@${uris.handleHost}`
  const isServer = account.kind === 'application'
  const self = [ACTIVITY, LINKED_DATA].map((type) => ({ rel: 'self', type, href: account.uri }))
  const page = { rel: 'http://webfinger.net/rel/profile-page', type: 'text/html', href: account.url }
  const links = isServer
    ? [
        page,
        ...self,
        { rel: 'https://www.w3.org/ns/activitystreams#Service', type: ACTIVITY, href: account.uri },
      ]
    : [page, ...self, subscribeLink(uris), ...intentLinks(uris), ...avatarLink(account)]
  const aliases = isServer ? [`${uris.origin}/`, account.url, account.uri] : [account.url, account.uri]
  return Response.json({ subject, aliases, links }, { headers: { 'content-type': 'application/jrd+json' } })
}

/** Where a remote page sends a reader of ours to follow or answer somebody there. */
function subscribeLink({ origin }: Uris) {
  return {
    rel: 'http://ostatus.org/schema/1.0/subscribe',
    template: `${origin}/authorize_interaction?uri={uri}`,
  }
}

/** Where people of ours take what they see elsewhere (FEP-3b86): one page for all of it, which also undoes it. */
function intentLinks({ origin }: Uris) {
  const page = `${origin}/authorize_interaction`
  const back = 'on-success={on-success}&on-cancel={on-cancel}'
  const about = (intent: string) => `${page}?intent=${intent}&uri={object}&${back}`
  const templates = {
    Create: `${page}?intent=create&uri={inReplyTo}&content={content}&attachment={attachment}&${back}`,
    Object: `${page}?uri={object}`,
    Follow: about('follow'),
    Like: about('like'),
    Announce: about('announce'),
    Undo: about('undo'),
  }
  return Object.entries(templates).map(([intent, template]) => ({
    rel: `https://w3id.org/fep/3b86/${intent}`,
    template,
  }))
}

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
}

function avatarLink({ avatarUrl }: AccountView) {
  if (avatarUrl === null) return []
  const type = IMAGE_TYPES[/\.([a-z]+)$/i.exec(avatarUrl)?.[1]?.toLowerCase() ?? '']
  return [
    { rel: 'http://webfinger.net/rel/avatar', ...(type === undefined ? {} : { type }), href: avatarUrl },
  ]
}
