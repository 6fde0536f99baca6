import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccountId, PostId } from '../../../src/base/ids.ts'
import { createLedger } from '../../../src/domain/reactions/ledger.ts'
import type { Echo, ReactionKey } from '../../../src/domain/reactions/reaction.ts'

const accountId = '7' as AccountId
const keys: readonly ReactionKey[] = (['like', 'boost'] as const).map((kind) => ({
  accountId,
  postId: '1' as PostId,
  kind,
  emoji: null,
}))

interface Said {
  readonly kind: 'do' | 'undo'
  readonly uri: string
  readonly key: ReactionKey
}

/** What one person did in turn: again and again, each time under a new id, and mostly taken back. */
const history = fc
  .array(fc.record({ key: fc.constantFrom(...keys), undone: fc.boolean(), odd: fc.boolean() }), {
    minLength: 1,
    // An id beyond these is not remembered by itself.
    maxLength: 5,
  })
  .map((acts) =>
    acts.flatMap(({ key, undone }, index): Said[] => {
      const uri = `https://far.test/${key.kind}s/${index}`
      return [{ kind: 'do', uri, key }, ...(undone ? [{ kind: 'undo' as const, uri, key }] : [])]
    }),
  )

/** The same in any order, some of it twice, cut into batches. */
const delivered = history.chain((said) =>
  fc
    .tuple(fc.subarray(said), fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 5 }))
    .map(([twice, places, size]) => {
      const all = [...said, ...twice]
        .map((one) => ({ one, place: places.next().value as number }))
        .sort((a, b) => a.place - b.place)
        .map(({ one }) => one)
      const batches = Array.from({ length: Math.ceil(all.length / size) }, (_, n) =>
        all.slice(n * size, (n + 1) * size),
      )
      return { said, batches }
    }),
)

/** Plays batches on a store that is nothing but what a ledger says to keep. */
function play(batches: readonly (readonly Said[])[]): Set<ReactionKey['kind']> {
  const standing = new Map<ReactionKey['kind'], string>()
  const echoes = new Map<string, Echo>()
  for (const batch of batches) {
    const ledger = createLedger(
      keys.flatMap((key) => {
        const uri = standing.get(key.kind)
        return uri === undefined ? [] : [{ key, uri }]
      }),
      [...echoes.values()],
    )
    for (const { kind, uri, key } of batch) {
      if (kind === 'do') ledger.add(key, uri)
      else ledger.undo(accountId, uri, [key])
    }
    for (const { key, before, now } of ledger.changes()) {
      expect(standing.get(key.kind) ?? null).toBe(before)
      if (now === null) standing.delete(key.kind)
      else standing.set(key.kind, now)
    }
    const { put, forget } = ledger.echoes()
    for (const echo of forget) echoes.delete(echo.uri)
    for (const echo of put) echoes.set(echo.uri, echo)
  }
  return new Set(standing.keys())
}

test('redelivered and reordered, likes, boosts and their Undos end in the state of the latest', () => {
  fc.assert(
    fc.property(delivered, ({ said, batches }) => {
      const undone = new Set(said.filter(({ kind }) => kind === 'undo').map(({ uri }) => uri))
      const standing = said.filter(({ kind, uri }) => kind === 'do' && !undone.has(uri))
      expect(play(batches)).toEqual(new Set(standing.map(({ key }) => key.kind)))
    }),
    { numRuns: 2000 },
  )
})

test('an Undo of an id that was never given takes what stands', () => {
  const [like] = keys
  if (!like) throw new Error('unreachable')
  const ledger = createLedger([{ key: like, uri: 'https://far.test/likes/1' }], [])
  expect(ledger.undo(accountId, 'https://far.test/likes/never', [like])).toBe('removed')
  expect(ledger.changes()).toMatchObject([{ before: 'https://far.test/likes/1', now: null }])
  expect(ledger.add(like, 'https://far.test/likes/1')).toBe('undone')
})

test('nobody’s ids are undone by another account', () => {
  const [like] = keys
  if (!like) throw new Error('unreachable')
  const ledger = createLedger([{ key: like, uri: 'https://far.test/likes/1' }], [])
  expect(ledger.undo('8' as AccountId, 'https://far.test/likes/1', [])).toBe('remembered')
  expect(ledger.changes()).toEqual([])
})
