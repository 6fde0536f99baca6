/** Hands in one item, and waits for what became of it. */
export type Batched<Item, Result> = (item: Item) => Promise<Result>

/**
 * Collects what many hands bring within `everyMs` and does it together, one batch at a time. A batch that fails is done
 * again one by one, so that one bad item spoils nothing for the others.
 * @param work gives the results in the order of the items
 */
export function createBatches<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  { everyMs, most }: { readonly everyMs: number; readonly most: number },
): Batched<Item, Result> {
  interface Waiting {
    readonly item: Item
    readonly resolve: (result: Result) => void
    readonly reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  let running = false

  async function run(): Promise<void> {
    running = true
    await new Promise((go) => setTimeout(go, everyMs))
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most)
      waiting = waiting.slice(most)
      await together(batch)
    }
    running = false
  }

  async function together(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await work(batch.map(({ item }) => item))
      if (results.length !== batch.length) throw new Error('not as many results as items')
      batch.forEach(({ resolve }, n) => {
        resolve(results[n] as Result)
      })
    } catch (error) {
      const [first, second] = batch
      if (first && !second) return first.reject(error)
      for (const one of batch) await together([one])
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void run()
    })
}
