import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** A name server on loopback that knows no name, and has nothing to say at all of those that begin with `never`. */
export interface NameServer extends AsyncDisposable {
  /** `address:port` */
  readonly address: string
  /** how often it was asked */
  readonly asked: number
}

export async function startNameServer(): Promise<NameServer> {
  const socket = createSocket('udp4')
  let asked = 0
  socket.on('message', (query, from) => {
    asked++
    const length = query[12] ?? 0
    if (query.toString('latin1', 13, 13 + length).startsWith('never')) return
    // RFC 1035, section 4.1.1: the question comes back as a response, with RCODE 3 and no records.
    const answer = Buffer.from(query)
    answer.writeUInt16BE(0x8183, 2)
    answer.writeUInt32BE(0, 6)
    answer.writeUInt16BE(0, 10)
    socket.send(answer.subarray(0, questionEnd(query)), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    get asked() {
      return asked
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((closed) => socket.close(closed))
    },
  }
}

function questionEnd(query: Buffer): number {
  let at = 12
  while ((query[at] ?? 0) > 0) at += (query[at] ?? 0) + 1
  return at + 5
}
