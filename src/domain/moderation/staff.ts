import type { Role } from '../accounts/account.ts'

/** Those who look after this server, from the one whose it is down. */
export type StaffRole = Exclude<Role, 'user'>

const RANK: Readonly<Record<Role, number>> = { user: 0, moderator: 1, admin: 2, owner: 3 }

export function isAtLeast(role: Role, least: StaffRole): role is StaffRole {
  return RANK[role] >= RANK[least]
}

/** Whether one may decide about another: only about those who have less to say. */
export function outranks(role: Role, other: Role): boolean {
  return RANK[role] > RANK[other]
}
