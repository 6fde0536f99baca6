/** Whether an address is one of the authorization server's. */
export function isOAuthPath(path: string): boolean {
  return path.startsWith('/oauth/') || path.startsWith('/.well-known/oauth-')
}
