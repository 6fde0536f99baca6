import { Relationship } from '@fedify/fedify/vocab'
import { type ApprovalId, readId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import { findApproval } from '../../domain/policies/find.ts'
import { stampFrom } from '../../translate/to-activity/approvals.ts'
import { viewPost } from '../../views/posts.ts'
import { exactly } from './exactly.ts'
import type { SurfaceParts } from './parts.ts'

/**
 * Registers the proofs that the author of a post of ours stands for a quote, reply, like or boost of it: for whoever may
 * read that post. One that was taken back is gone.
 */
export function registerStamps({ federation, db, uris }: SurfaceParts): void {
  // Fedify takes one dispatcher of each class and knows none of stamps; what is served is as we write it.
  federation.setObjectDispatcher(Relationship, '/ap/stamps/{id}', async (context, values) => {
    const id = readId<ApprovalId>(values.id)
    const approval = id && (await findApproval(db, id))
    if (!approval?.deciderLocal) return null
    const target = await viewPost(db, approval.targetId, context.data.viewer)
    if (!target) return null
    const open = isOpen(target.visibility)
    const stampUri = uris.stamp(approval.id)
    if (approval.state !== 'approved') {
      // That there was one is for nobody to know who could not read it then.
      context.data.gone = open && approval.state === 'revoked'
      return null
    }
    context.data.public = open
    context.data.ownerId = approval.deciderId
    context.data.paths.push(`/ap/posts/${approval.targetId}`)
    return exactly(new Relationship({ id: new URL(stampUri) }), stampFrom({ ...approval, stampUri }))
  })
}
