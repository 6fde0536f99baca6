import type { Request } from 'express'

/** The words of the query that stand in it once. */
export function wordsOf(req: Request): Readonly<Record<string, string | undefined>> {
  const found = [...new URL(req.originalUrl, 'http://here.invalid').searchParams]
  // Anybody may ask, with as many words as an address holds: each is looked at once.
  const once = Map.groupBy(found, ([name]) => name)
  return Object.fromEntries([...once.values()].flatMap((same) => (same.length === 1 ? same : [])))
}

/** Whatever is logged or answered from here on does not hold the secrets that were in the address. */
export function scrub(req: Request, names: readonly string[]): void {
  const url = new URL(req.originalUrl, 'http://here.invalid')
  for (const name of names) url.searchParams.delete(name)
  req.originalUrl = `${url.pathname}${url.search}`
  req.url = req.originalUrl
}
