import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

/** What those who look after the server are told, and those who are kept out. */
export const moderationSentences = {
  'staff.only': {
    status: 403,
    sentence: 'That is for those who look after this server.',
    type: problemType('actor-not-authorized'),
  },
  'staff.self': { status: 403, sentence: 'Nobody decides about themself.' },
  'staff.rank': { status: 403, sentence: 'That account has as much to say here as you have, or more.' },
  'staff.not-here': { status: 422, sentence: 'That is only decided about accounts of this server.' },
  'staff.not-suspended': { status: 403, sentence: 'Only a suspended account is deleted by others.' },
  'staff.own-address': {
    status: 422,
    sentence: 'You are in that network yourself, and would lock yourself out.',
  },
  'block.known': { status: 422, sentence: 'Something is decided about that already.' },
  'email.invalid-block': { status: 422, sentence: 'That is no e-mail address, nor the SHA-256 of one.' },
  'ip-block.address': {
    status: 422,
    sentence: 'A network looks like 192.0.2.0/24 or 2001:db8::/32, and is not half of the internet.',
  },
  'tag.always-usable': { status: 422, sentence: 'On this server every hashtag can be used and found.' },
  'tag.spelling': {
    status: 422,
    sentence: 'Of a hashtag only large and small letters can be spelt otherwise.',
  },
  'report.self': { status: 422, sentence: 'Nobody reports themself.' },
  'report.rules': { status: 422, sentence: 'A report names rules that this server has.' },
  'announcement.too-many': {
    status: 422,
    sentence: 'There are 100 announcements, and no more may be made before some are removed.',
  },
  'announcement.too-many-reactions': {
    status: 422,
    sentence: 'Eight different emoji stand below this announcement, and there is no room for another.',
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>
