import type { NodeInfo } from '@fedify/fedify'
import type { JsonObject } from '../../translate/json.ts'
import { listStaff, viewUsage } from '../../views/instance.ts'
import type { SurfaceParts } from './parts.ts'

const SCHEMA = 'http://nodeinfo.diaspora.software/ns/schema'

/** Registers NodeInfo 2.1; `nodeInfo20` makes 2.0 of it. */
export function registerNodeInfo({ federation, db, uris, software }: SurfaceParts): void {
  federation.setNodeInfoDispatcher('/nodeinfo/2.1', async ({ data }): Promise<NodeInfo> => {
    const [usage, staffAccounts] = await Promise.all([viewUsage(db), listStaff(db)])
    data.public = true
    data.lasting = true
    return {
      software: { name: 'weft', version: software.version },
      protocols: ['activitypub'],
      openRegistrations: software.openRegistrations,
      usage: {
        users: { total: usage.users, activeMonth: usage.activeMonth, activeHalfyear: usage.activeHalfyear },
        localPosts: usage.localPosts,
        localComments: usage.localComments,
      },
      metadata: {
        nodeName: uris.handleHost,
        nodeDescription: 'A Weft server on the open social web.',
        privacyPolicyUrl: `${uris.origin}/privacy`,
        aboutUrl: uris.about,
        // FEP-0151: who to ask, and that this server speaks with others.
        staffAccounts: [...staffAccounts],
        federation: { enabled: true },
        // Clients that do not know our name look here for whose client API we speak.
        upstream: { name: 'mastodon' },
      },
    }
  })
}

/** The document that leads to the others: 2.1 alone, since clients that see 2.0 hide what they do not know us for. */
export function nodeInfoLinks({
  origin,
  instanceActor,
}: {
  origin: string
  instanceActor: string
}): Response {
  return Response.json(
    {
      links: [
        { rel: `${SCHEMA}/2.1`, href: `${origin}/nodeinfo/2.1` },
        // FEP-2677
        {
          rel: 'https://www.w3.org/ns/activitystreams#Application',
          type: 'application/activity+json',
          href: instanceActor,
        },
      ],
    },
    { headers: { 'content-type': 'application/jrd+json' } },
  )
}

/** What Fedify gives as 2.1, in the version asked for. */
export function nodeInfoAs(version: '2.0' | '2.1', document: JsonObject): Response {
  return Response.json(
    { ...document, $schema: `${SCHEMA}/${version}#`, version },
    { headers: { 'content-type': `application/json; profile="${SCHEMA}/${version}#"` } },
  )
}
