/**
 * Whom a post is for.
 * - `public`: everyone, and it may be listed
 * - `unlisted`: everyone who has the link or follows; kept out of public lists
 * - `followers`: accepted followers and the people mentioned
 * - `direct`: the people mentioned
 */
export const visibilities = ['public', 'unlisted', 'followers', 'direct'] as const
export type Visibility = (typeof visibilities)[number]

/** Whether everyone may read it; existence and numbers of all other posts are for nobody but their readers. */
export function isOpen(visibility: Visibility): boolean {
  return visibility === 'public' || visibility === 'unlisted'
}

export function isVisibility(text: unknown): text is Visibility {
  return visibilities.includes(text as Visibility)
}
