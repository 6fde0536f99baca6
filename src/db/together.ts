/** SQLSTATE of whatever is asked of a transaction after something in it has failed. */
const ABORTED = '25P02'

/**
 * Waits for work on one connection whose parts do not need each other's answers. What they ask is sent statement by
 * statement, that of one part while another still works on what it was told.
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
