/**
 * How PostgreSQL plans what the queue asks, for the connections that `createRunner` is given.
 *
 * Each statement of the queue begins with a handful of lanes or rows and looks the rest up by index, whatever the
 * tables hold. But they hold nothing one minute and a million rows the next: a plan made while they were empty reads
 * them from end to end, and a plan made for the average lane sorts all of the largest one at each claim. So what could
 * be wrong at some size is ruled out, and the statements are written so that what is left is right at any.
 */
export const queuePlans: Readonly<Record<string, string>> = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
}
