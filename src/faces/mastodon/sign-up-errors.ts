import type { Fault } from '../../domain/accounts/sign-up-faults.ts'
import { LONGEST_NAME, LONGEST_REASON } from '../../domain/accounts/sign-up-faults.ts'

/** What this API calls the fields, and how it begins a sentence about them. */
const FIELDS = {
  name: ['username', 'Username'],
  email: ['email', 'E-mail address'],
  password: ['password', 'Password'],
  agreed: ['agreement', 'Service agreement'],
  reason: ['reason', 'Reason'],
} as const satisfies Record<Fault['field'], readonly [string, string]>

/** What is wrong with each field, in the words that apps know. */
export function refusedSignUp(faults: readonly Fault[]) {
  const details: Partial<Record<string, { error: string; description: string }[]>> = {}
  for (const fault of faults) {
    const [name] = FIELDS[fault.field]
    const list = details[name] ?? []
    details[name] = [
      ...list,
      { error: `ERR_${fault.fault.toUpperCase()}`, description: descriptionOf(fault) },
    ]
  }
  const sentences = faults.map((fault) => `${FIELDS[fault.field][1]} ${descriptionOf(fault)}`)
  return { error: `Validation failed: ${sentences.join(', ')}`, details }
}

function descriptionOf({ field, fault, details }: Fault): string {
  switch (fault) {
    case 'blank':
      return 'can’t be blank'
    case 'taken':
      return 'has already been taken'
    case 'reserved':
      return 'is reserved'
    case 'blocked':
      return 'is not allowed here'
    case 'accepted':
      return 'must be accepted'
    case 'too_short':
      return `is too short (minimum is ${details.shortest ?? 8} characters)`
    case 'too_long':
      return `is too long (maximum is ${longestOf(field, details)} characters)`
    case 'invalid':
      return invalid(field)
  }
}

function longestOf(field: Fault['field'], details: Fault['details']): number | string {
  return field === 'name' ? LONGEST_NAME : field === 'reason' ? LONGEST_REASON : (details.longest ?? 128)
}

function invalid(field: Fault['field']): string {
  if (field === 'name') return 'must contain only letters, numbers and underscores'
  return field === 'password' ? 'is too easy to guess' : 'is invalid'
}
