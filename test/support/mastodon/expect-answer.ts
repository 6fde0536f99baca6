import { expect } from 'vitest'
import { z } from 'zod'
import { type Answer, answerOf } from './answers.ts'
import { type EntityName, entities } from './expect-entity.ts'

/**
 * Every answer that any test gets is held against what its route is said to answer, to the last field: so that no test
 * has to think of it, and none can forget it.
 */
export function expectAnswer(method: string, path: string, status: number, json: unknown): void {
  if (!path.startsWith('/api/') || method === 'OPTIONS' || method === 'HEAD') return
  const met = answerOf(method, path)
  const where = `${status} ${method} ${path}`
  if (status >= 400) check(status === 422 ? invalid : error, where, json)
  if (status < 200 || status >= 300) return
  if (!met) throw new Error(`${where} is no route that anybody knows`)
  if (met.answer === 'no JSON') return
  const schema = schemaOf(met.answer)
  // Words of ours are told to those who say that they know them.
  check(path.includes('supported_types') ? z.array(ownNotification) : schema, where, json)
}

/** RFC 6749 has an `error_description`, signing up `details`; what is in the way is told with it. */
const error = z.strictObject({
  error: z.string().min(1),
  error_description: z.string().min(1).optional(),
  details: z
    .record(
      z.string(),
      z.array(z.strictObject({ error: z.string().regex(/^ERR_/), description: z.string().min(1) })),
    )
    .optional(),
  unexpected_accounts: z.array(entities.Account).optional(),
  existing_domain_block: entities['Admin::DomainBlock'].optional(),
})

/** Apps know by its beginning what somebody can mend, and what they cannot by the very words. */
const invalid = error.extend({
  error: z
    .string()
    .regex(
      /^(Validation failed: .|Record invalid$|This method |Media |Cannot attach |That file |That film |Making that file |Not every browser |Nobody could |Nothing could |Post would be sent to unexpected accounts)/,
    ),
})

const ownNotification = entities.Notification.extend({ type: z.string().min(1) })

function schemaOf(answer: Exclude<Answer, 'no JSON'>): z.ZodType {
  if (typeof answer !== 'string') return answer
  if (answer === 'no') return z.never()
  const listed = /^\[(.*)\]$/.exec(answer)?.[1]
  return listed === undefined ? entities[answer as EntityName] : z.array(entities[listed as EntityName])
}

function check(schema: z.ZodType, where: string, json: unknown): void {
  const read = schema.safeParse(json)
  if (read.success) return
  expect.fail(`${where}:\n${z.prettifyError(read.error)}\n${JSON.stringify(json, null, 1)?.slice(0, 4000)}`)
}
