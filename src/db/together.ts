/**
 * Waits for work on one connection whose parts do not need each other's answers: what they ask is sent at once, in the
 * order in which they were begun, and the database is not waited for in between.
 *
 * Ends only when every part has, also when one fails: a transaction must not be undone, and its connection lent to
 * somebody else, while a part of it still asks.
 * @throws what the first of the parts that failed has thrown
 */
export async function together<Parts extends readonly unknown[]>(
  ...parts: Parts
): Promise<{ -readonly [At in keyof Parts]: Awaited<Parts[At]> }> {
  const settled = await Promise.allSettled(parts)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as never
}
