import type { Db } from '../../db/connect.ts'
import type { Directory } from '../world.ts'
import { findAccountByHandle, findAccountByUri } from './find.ts'

/** Within a transaction nobody is asked: whoever is to be found was looked for before. */
export function knownDirectory(db: Db, handleHost: string): Directory {
  return {
    find: (handle) =>
      findAccountByHandle(db, handle.host === handleHost ? { name: handle.name, host: null } : handle),
    findByUri: (uri) => findAccountByUri(db, uri),
  }
}
