/** SQLSTATE of whatever is asked of a transaction after something in it has failed. */
const ABORTED = '25P02'

/**
 * Waits for work on one connection whose parts do not need each other's answers: what they ask is sent at once, in the
 * order in which they were begun, and the database is not waited for in between.
 *
 * Ends only when every part has, also when one fails: a transaction must not be undone, and its connection lent to
 * somebody else, while a part of it still asks.
 * @throws what a part has thrown; rather the cause than what others met because of it
 */
export async function together<Parts extends readonly unknown[]>(
  ...parts: Parts
): Promise<{ -readonly [At in keyof Parts]: Awaited<Parts[At]> }> {
  const settled = await Promise.allSettled(parts)
  const failed = settled.filter((one) => one.status === 'rejected')
  const cause =
    failed.find(({ reason }) => (reason as { code?: unknown } | null)?.code !== ABORTED) ?? failed[0]
  if (cause) throw cause.reason
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as never
}
