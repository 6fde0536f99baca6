import type { Log } from '../../base/log.ts'
import type { MailPlace } from '../../base/mail-place.ts'
import { Transient } from '../../base/transient.ts'
import type { MailJob } from '../../domain/accounts/jobs.ts'
import { letterFor } from '../../domain/accounts/letters.ts'
import type { Vault } from '../../domain/accounts/vault.ts'
import type { World } from '../../domain/world.ts'
import type { JobHandler } from '../../jobs/outcomes.ts'
import { createMailer, type Mailer } from './mailer.ts'

export interface MailJobParts {
  readonly world: Pick<World, 'db' | 'clock' | 'uris'>
  readonly config: Vault['config'] & { readonly mail: MailPlace | undefined; readonly origin: string }
  readonly log: Log
}

/** So many letters are handed in side by side: mail servers count connections. */
const AT_ONCE = 4

/** Does the job `mail`. A letter that nobody takes now is kept and tried again for about a day. */
export function mailHandler({ world, config, log }: MailJobParts): JobHandler {
  const mailer: Mailer | undefined =
    config.mail && createMailer({ place: config.mail, host: new URL(config.origin).hostname })
  const inTurn = createTurns(AT_ONCE)
  return async (payload) => {
    const letter = await letterFor(world, { config }, payload as MailJob)
    if (!letter) return
    // What nobody waits for is not worth trying for a day.
    if (!mailer && letter.what === 'warned') return
    if (!mailer) throw new Transient('this process knows no mail server: WEFT_SMTP_URL is not set')
    const taken = await inTurn(() => mailer.send(letter))
    if (!taken) log.info('A letter ({what}) was for a mailbox that there is not.', { what: letter.what })
  }
}

function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = atOnce
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((turn) => waiting.push(turn))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
