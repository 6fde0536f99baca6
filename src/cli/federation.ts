import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { federationText } from '../faces/activitypub/federation-text.ts'

// `npm run federation`: writes FEDERATION.md anew from the table.
writeFileSync(join(import.meta.dirname, '../../FEDERATION.md'), federationText())
