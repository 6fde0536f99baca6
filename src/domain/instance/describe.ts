import type { RuleId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { ServerTextName } from '../../db/tables/server.ts'
import { transact } from '../../db/transact.ts'
import { cleanLine, cleanText, cutText } from '../../text/clean.ts'
import type { World } from '../world.ts'
import { deleteRule, deleteText, insertRule, saveText } from './describe-store.ts'

/** In characters, the most of each. */
const longest: Readonly<Record<ServerTextName, number>> = {
  title: 100,
  description: 500,
  extended: 20_000,
  contact: 320,
}
const LONGEST_RULE = 1000

/** Says something of this server, in plain text; an empty text takes back what was said. */
export async function describeServer(
  world: Pick<World, 'db' | 'clock'>,
  name: ServerTextName,
  text: string,
): Promise<void> {
  const clean = name === 'extended' ? cleanText(text).trim() : cleanLine(text)
  const said = cutText(clean, longest[name])
  await transact(world.db, async (tx) => {
    if (said === '') await deleteText(tx, name)
    else await saveText(tx, name, said, world.clock.now())
  })
}

/**
 * Makes a rule that everybody here keeps to, after those that there are.
 * @throws Refusal 'params.invalid'
 */
export async function addRule(
  world: Pick<World, 'db' | 'clock' | 'ids'>,
  rule: { readonly text: string; readonly hint?: string },
): Promise<RuleId> {
  const text = cutText(cleanText(rule.text).trim(), LONGEST_RULE)
  if (text === '') refuse('params.invalid', { reason: 'Text can’t be blank' })
  const hint = cutText(cleanText(rule.hint ?? '').trim(), LONGEST_RULE)
  const id = world.ids.next<RuleId>()
  await transact(world.db, (tx) => insertRule(tx, { id, text, hint, now: world.clock.now() }))
  return id
}

/** @throws Refusal 'not-found' */
export async function removeRule(world: Pick<World, 'db'>, id: RuleId): Promise<void> {
  await transact(world.db, async (tx) => {
    if (!(await deleteRule(tx, id))) refuse('not-found')
  })
}
