/** Whether an address is one of the Mastodon API's. */
export function isMastodonPath(path: string): boolean {
  return path.startsWith('/api/') || path === '/api' || path === '/health' || path in DEFAULT_IMAGES
}

/** Pictures of those who have none, where apps have learned to tell them from others, and the server's own. */
export const DEFAULT_IMAGES: Readonly<Record<string, string>> = {
  '/avatars/original/missing.png': 'avatar.png',
  '/headers/original/missing.png': 'header.png',
  '/icons/weft-512.png': 'icon.png',
}
