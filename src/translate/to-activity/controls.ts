import { PUBLIC, type Uris } from '../../base/uris.ts'
import { authorOf, type Policy, policyFrom, type SubPolicy } from '../../domain/policies/policy.ts'
import { escapeHtml } from '../../text/escape.ts'
import { htmlFrom } from '../../text/html.ts'
import type { QuoteView, SpokenPost } from '../../views/view.ts'
import type { JsonObject } from '../json.ts'

const OBJECT_TYPE = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'

/** Who may do what with a post of ours, what it quotes, and whose leave it has to answer. */
export function controlsOf(view: SpokenPost, uris: Uris): JsonObject {
  return {
    interactionPolicy: policyJson(statedPolicy(view, uris)),
    ...quoteOf(view.quote),
    ...(view.approvedBy === null ? {} : { replyAuthorization: view.approvedBy, approvedBy: view.approvedBy }),
  }
}

function statedPolicy(view: SpokenPost, uris: Uris): Policy {
  const mentionUris = view.mentions.filter(({ silent }) => !silent).map(({ uri }) => uri)
  if (view.policy === null)
    return policyFrom({}, authorOf(view.author, uris), { visibility: view.visibility, mentionUris })
  const { reply } = view.policy
  if (reply === undefined || reply.automatic.includes(PUBLIC)) return view.policy
  // An edit may have named others since.
  const automatic = [...new Set([...reply.automatic, ...mentionUris])]
  return { ...view.policy, reply: { ...reply, automatic } }
}

/** Each part with the names that GoToSocial had for it until 0.20 beside. */
function policyJson(policy: Policy): JsonObject {
  const { like, reply, announce, quote } = policy
  const stated = { canLike: like, canReply: reply, canAnnounce: announce, canQuote: quote }
  return Object.fromEntries(
    Object.entries(stated).flatMap(([key, sub]) => (sub === undefined ? [] : [[key, subPolicyJson(sub)]])),
  )
}

/** What is empty is left out: an empty list reads as "not said" for some and as nobody for others. */
function subPolicyJson({ automatic, manual }: SubPolicy): JsonObject {
  return {
    ...(automatic.length === 0 ? {} : { automaticApproval: automatic, always: automatic }),
    ...(manual.length === 0 ? {} : { manualApproval: manual, approvalRequired: manual }),
  }
}

/** The quote in every form that somebody reads; its stamp once there is one. */
function quoteOf(quote: QuoteView | null): JsonObject {
  if (quote === null) return {}
  if (quote.state === 'gone') return { quote: { type: 'Tombstone', id: quote.uri } }
  return {
    quote: quote.uri,
    quoteUri: quote.uri,
    quoteUrl: quote.uri,
    _misskey_quote: quote.uri,
    ...(quote.stampUri === null ? {} : { quoteAuthorization: quote.stampUri }),
  }
}

/** The quoted post as a link to an object (FEP-e232), for Threads and others. */
export function quoteTags({ quote }: SpokenPost): readonly JsonObject[] {
  if (quote === null || quote.state === 'gone') return []
  return [
    {
      type: 'Link',
      mediaType: OBJECT_TYPE,
      href: quote.uri,
      rel: ['https://misskey-hub.net/ns#_misskey_quote'],
      name: `RE: ${quote.url}`,
    },
  ]
}

/**
 * The words of a post, in each of its languages, after the line that stands in for its quote where none is shown:
 * `p.quote-inline`, as Mastodon writes it and hides it.
 */
export function withFallback(view: SpokenPost): SpokenPost {
  const { quote, contentHtml, contentMap } = view
  if (quote === null || quote.state === 'gone') return view
  const link = htmlFrom(quote.url, { mention: () => undefined, tagUrl: () => undefined })
  const line = link.startsWith('<p><a ') ? link.slice(3, -4) : escapeHtml(quote.url)
  const after = (html: string) => `<p class="quote-inline">RE: ${line}</p>${html}`
  const map = Object.entries(contentMap ?? {}).map(([language, html]) => [language, after(html)] as const)
  return { ...view, contentHtml: after(contentHtml), contentMap: contentMap && Object.fromEntries(map) }
}
