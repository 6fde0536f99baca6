import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

/** What is said to an app whose file is not taken, or that asks for what another server does not give. */
export const uploadSentences = {
  'upload.form': { status: 415, sentence: 'A file is sent as multipart/form-data.' },
  'upload.no-file': { status: 400, sentence: 'The form has no part named file with a file in it.' },
  'upload.not-ready': {
    status: 409,
    sentence: ({ file = '' }) =>
      `The file is still being made ready, so nothing was posted: post it once it is, from ${file}.`,
    tells: ['file'],
  },
  'upload.shell': {
    status: 400,
    sentence: 'What describes a file is an object, or a Create of one.',
    type: problemType('unsupported-type'),
  },
  'upload.too-large': {
    status: 413,
    sentence: ({ maxSize }) => `That file is too large: at most ${Number(maxSize) / 1_048_576} MB are taken.`,
    type: problemType('media-too-large'),
    tells: ['size', 'maxSize'],
  },
  'upload.type': {
    status: 400,
    sentence:
      'That is no picture, film or sound that can be read here. PNG, JPEG, GIF, WebP, MP4, WebM, MP3 and Ogg files always can.',
    type: problemType('unsupported-media-type'),
  },
  'proxy.address': { status: 400, sentence: 'Only an https address or a handle can be asked for.' },
  'proxy.forbidden': { status: 403, sentence: 'The other server does not show you that.' },
  'proxy.failed': { status: 502, sentence: 'The other server gives no answer that can be believed.' },
  'proxy.timeout': { status: 504, sentence: 'The other server does not answer in time.' },
} as const satisfies Partial<Record<RefusalCode, Entry>>
