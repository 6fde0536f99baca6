/** What is asked for often and changes seldom: read again when it is so old, once however many ask. */
export function remembered<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let held: { readonly value: Promise<T>; readonly until: number } | undefined
  return () => {
    const now = Date.now()
    if (held && held.until > now) return held.value
    const value = read()
    held = { value, until: now + ms }
    value.catch(() => {
      if (held?.value === value) held = undefined
    })
    return value
  }
}
