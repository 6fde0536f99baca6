import { connect } from 'node:net'

/**
 * Reads pages over one connection, one after the other, and keeps nothing of them. A client that hands out bodies has
 * memory to clear away that Node frees in steps of 10 ms and more; all connections wait for these, and they would be
 * taken for the server's.
 */
export interface Reader {
  read(path: string): Promise<Answered>
  close(): void
}

export interface Answered {
  readonly status: number
  /** bytes of the body */
  readonly size: number
}

const HEAD = 8 * 1024
const BLANK = '\r\n\r\n'

export async function openReader(origin: string, headers: Readonly<Record<string, string>>): Promise<Reader> {
  const { hostname, port, host } = new URL(origin)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const rest = ` HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}\r\n`
  let head = ''
  let status = 0
  let size = 0
  let missing = 0
  let settle: { resolve(answered: Answered): void; reject(error: Error): void } | undefined

  const heard = (length: number, buffer: Uint8Array): boolean => {
    const end = status === 0 ? readHead(buffer, length) : 0
    missing -= length - end
    if (status > 0 && missing <= 0) finish()
    return true
  }
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: { buffer: Buffer.alloc(64 * 1024), callback: heard },
  })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed')))
  return {
    read: (path) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject }
        socket.write(`GET ${path}${rest}`)
      }),
    close: () => socket.destroy(),
  }

  /** How many of these bytes are of the head. */
  function readHead(buffer: Uint8Array, length: number): number {
    const before = head.length
    head += Buffer.from(buffer.buffer, buffer.byteOffset, Math.min(length, HEAD)).toString('latin1')
    const end = head.indexOf(BLANK)
    if (end < 0) return length
    const told = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
    if (told === undefined) fail(new Error('an answer without Content-Length is not read here'))
    status = Number(head.slice(9, 12))
    missing = size = Number(told)
    head = ''
    return end + BLANK.length - before
  }

  function finish(): void {
    const { resolve } = settle ?? {}
    const answered = { status, size }
    status = 0
    settle = undefined
    resolve?.(answered)
  }

  function fail(error: Error): void {
    settle?.reject(error)
    settle = undefined
  }
}
