import { open } from 'node:fs/promises'
import type { AttachmentId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import type { LocalAccount } from '../domain/accounts/account.ts'
import type { UnreadyKind } from '../domain/media/attachment.ts'
import { keepUnready } from '../domain/media/unready.ts'
import type { World } from '../domain/world.ts'
import { cleanText } from '../text/clean.ts'
import type { FilmTools } from './ffmpeg.ts'
import { type Raw, sniffAnimated, sniffRaw } from './raw.ts'
import { newFileName, type Storage } from './storage.ts'
import { beginningOf, LARGEST_FILM, LARGEST_PICTURE, MEGABYTE, storeUpload, type Upload } from './upload.ts'

/** What it takes to keep a file of somebody's. */
export interface FileKeeper {
  readonly world: World
  readonly storage: Storage
  /** undefined where films are kept as they are */
  readonly films: () => Promise<FilmTools | undefined>
}

export interface Taken {
  readonly id: AttachmentId
  /** of what is not ready, since something is made of it by whoever works in the background */
  readonly kind?: UnreadyKind
}

/**
 * Takes a file of somebody here so that it can be posted: a picture at once, a film or sound when it was made into what
 * plays everywhere, where there are programs for that; where there are none, as `storeUpload` does.
 * @param options.animates GIFs that move become films
 * @throws Refusal as `storeUpload` does, 'request.too-many' when too many are worked on; Transient
 */
export async function takeUpload(
  { world, storage, films }: FileKeeper,
  owner: LocalAccount,
  upload: Upload,
  { animates = false }: { readonly animates?: boolean } = {},
): Promise<Taken> {
  const { head, size } = await beginningOf(upload)
  const raw = await rawOf(upload, head, animates)
  if (!raw || !(await films())) return { id: await storeUpload(world, storage, owner, upload) }
  const limit = raw.kind === 'gifv' ? LARGEST_PICTURE : LARGEST_FILM
  if (size > limit * MEGABYTE) refuse('media.too-large', { limit, size, maxSize: limit * MEGABYTE })
  const source = newFileName('raw')
  try {
    await storage.put(source, 'bytes' in upload ? upload.bytes : { path: upload.path, start: 0, end: size })
    const { audience, shell } = upload
    const file = {
      ...{ kind: raw.kind, source, description: cleanText(upload.description ?? '').trim() },
      focus: upload.focus ?? null,
      ...(audience && { audience }),
      ...(shell && { shell }),
    }
    return { id: await keepUnready(world, owner, file, upload.once), kind: raw.kind }
  } catch (error) {
    await storage.remove(source)
    throw error
  }
}

async function rawOf(upload: Upload, head: Uint8Array, animates: boolean): Promise<Raw | undefined> {
  const raw = sniffRaw(head)
  return raw || !animates ? raw : sniffAnimated(await wholeGif(upload, head))
}

/** Where the second picture of a GIF begins nobody knows before. */
async function wholeGif(upload: Upload, head: Uint8Array): Promise<Uint8Array> {
  if ('bytes' in upload) return upload.bytes
  if (head[0] !== 0x47) return head
  await using file = await open(upload.path)
  const { size } = await file.stat()
  if (size > LARGEST_PICTURE * MEGABYTE) return head
  return (await file.read(Buffer.alloc(size), 0, size, 0)).buffer
}
