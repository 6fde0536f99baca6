import type { RequestHandler, Router } from 'express'

/** Mastodon changes things by PUT and PATCH alike, whichever is documented, and apps send either. */
export function onUpdate(router: Router, path: string, ...handlers: readonly RequestHandler[]): void {
  router.put(path, ...handlers)
  router.patch(path, ...handlers)
}
