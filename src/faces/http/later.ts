import type { Request, RequestHandler } from 'express'

const AFTER_MS = 1000

/**
 * A handler that is loaded when the first request for it comes, or a moment after the start, whichever is earlier: so
 * that neither the start nor other requests wait for it. One that not everybody needs is loaded by its first request alone,
 * and takes no memory before. When loading fails, the request that waited for it fails, and
 * the next one tries again.
 * @param wants whether a request is for it at all; the others go on to the next handler at once
 */
export function loadedLater(
  wants: (req: Request) => boolean,
  load: () => Promise<RequestHandler>,
  { soon = true }: { readonly soon?: boolean } = {},
): RequestHandler {
  let loaded: RequestHandler | undefined
  let loading: Promise<RequestHandler> | undefined
  const get = () => {
    loading ??= load().then(
      (handler) => {
        loaded = handler
        return handler
      },
      (error: unknown) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }
  if (soon) setTimeout(() => get().catch(() => undefined), AFTER_MS).unref()
  return (req, res, next) => {
    if (!wants(req)) next()
    else if (loaded) loaded(req, res, next)
    else get().then((handler) => handler(req, res, next), next)
  }
}
