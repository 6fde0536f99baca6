import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'

const putOff = statement(
  'job-put-off',
  `UPDATE job SET due_at = now() + make_interval(secs => $2)
   WHERE subject = $1 AND due_at < now() + make_interval(secs => $2)`,
)

/** What stands behind one another waits together: what is due and cannot be done would be looked at again and again. */
export async function putOffSubject(db: Db, subject: string, seconds: number): Promise<void> {
  await putOff(db, [subject, seconds])
}
