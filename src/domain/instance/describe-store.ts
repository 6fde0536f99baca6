import type { RuleId } from '../../base/ids.ts'
import type { ServerTextName } from '../../db/tables/server.ts'
import type { Tx } from '../../db/transact.ts'

export async function saveText(tx: Tx, name: ServerTextName, text: string, now: Date): Promise<void> {
  await tx
    .insertInto('server_text')
    .values({ name, text, updated_at: now })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ text, updated_at: now }))
    .execute()
}

export async function deleteText(tx: Tx, name: ServerTextName): Promise<void> {
  await tx.deleteFrom('server_text').where('name', '=', name).execute()
}

export interface NewRule {
  readonly id: RuleId
  readonly text: string
  readonly hint: string
  readonly now: Date
}

/** Puts a rule after all others. */
export async function insertRule(tx: Tx, { id, text, hint, now }: NewRule): Promise<void> {
  await tx
    .insertInto('server_rule')
    .columns(['id', 'text', 'hint', 'created_at', 'position'])
    .expression((eb) =>
      eb
        .selectFrom('server_rule')
        .select((each) => [
          each.val(id).as('id'),
          each.val(text).as('text'),
          each.val(hint).as('hint'),
          each.val(now).as('created_at'),
          each(each.fn.coalesce(each.fn.max('position'), each.lit(0)), '+', 1).as('position'),
        ]),
    )
    .execute()
}

export async function deleteRule(tx: Tx, id: RuleId): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('server_rule').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}
