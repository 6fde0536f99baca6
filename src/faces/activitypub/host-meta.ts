import type { Uris } from '../../base/uris.ts'

/** Where WebFinger is (RFC 6415), as XML or, for `host-meta.json`, as JSON. */
export function hostMeta({ origin }: Uris, form: 'xml' | 'json'): Response {
  const template = `${origin}/.well-known/webfinger?resource={uri}`
  if (form === 'json') {
    return Response.json(
      { links: [{ rel: 'lrdd', type: 'application/jrd+json', template }] },
      { headers: { 'content-type': 'application/json' } },
    )
  }
  const xrd = `<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" type="application/jrd+json" template="${template}"/>
</XRD>
`
  return new Response(xrd, { headers: { 'content-type': 'application/xrd+xml; charset=utf-8' } })
}
