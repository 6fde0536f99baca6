import type { Db } from '../../db/connect.ts'
import { viewContact } from '../../views/contact.ts'
import { askWhom } from './about.ts'
import { assets } from './assets.ts'
import { privacyText } from './privacy-text.ts'
import { termsText } from './terms-text.ts'

/** What these pages say of the server, for those who show it elsewhere: in an app, when somebody signs up. */
export function siteOf(
  db: Db,
  { origin, handleHost }: { readonly origin: string; readonly handleHost: string },
) {
  const contact = async () => askWhom(await viewContact(db))
  return {
    picture: origin + assets.card.path,
    privacy: async () => privacyText(handleHost, await contact()).toString(),
    terms: async () => termsText(handleHost, await contact()).toString(),
  }
}
