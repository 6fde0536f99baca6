import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * Security headers for everything that a browser may show. No script at all, no inline style, nothing from elsewhere:
 * images, films and styles are ours, forms come back to us, and nobody puts our pages into a frame.
 * @param origin our public origin; over https it also asks browsers to stay there
 */
export function securityHeaders(origin: string): RequestHandler {
  const secure = origin.startsWith('https:')
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'none'"],
        'style-src': ["'self'"],
        'img-src': ["'self'"],
        'media-src': ["'self'"],
        'form-action': ["'self'"],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    // Browsers send `Origin: null` with forms under `no-referrer`; `same-origin` tells other sites as little.
    referrerPolicy: { policy: 'same-origin' },
    // Subdomains are not ours to promise for.
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    xPoweredBy: true,
  })
}
