import type { Request } from 'express'
import { refuse } from '../../base/refusal.ts'
import { isAtLeast, type StaffRole } from '../../domain/moderation/staff.ts'
import { requireSession } from '../http/sessions.ts'
import { type Html, html } from './html.ts'

export const WAITING = '/accounts/waiting'
export const INVITES = '/accounts/invites'

/** Whoever of those who look after this server has sent a request. @throws Refusal 'login.required', 'staff.only' */
export function requireStaff(req: Request) {
  const { account, role } = requireSession(req)
  return isAtLeast(role, 'moderator') ? { account, role: role as StaffRole } : refuse('staff.only')
}

/** The way between their pages. */
export function staffLinks(): Html {
  return html`<p class="more"><a href="${WAITING}">Who waits to be let in</a> · <a href="${INVITES}">Invitations</a></p>`
}
