import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** A letter as a mail server got it. */
export interface Received {
  readonly from: string
  readonly to: readonly string[]
  readonly headers: ReadonlyMap<string, string>
  readonly text: string
  /** as it came */
  readonly raw: string
}

export interface Mailbox extends AsyncDisposable {
  /** for WEFT_SMTP_URL */
  readonly url: string
  readonly letters: Received[]
  /** Those that went to an address. */
  to(address: string): Received[]
  /** What is answered to commands that begin so, from now on; undefined: as usual. */
  answer(command: string, line: string | undefined): void
  /** Lets nobody in any more, or again. */
  open(isOpen: boolean): void
  /** how many connections there were */
  readonly connections: number
}

/** A mail server that takes every letter and keeps it (RFC 5321, as much as is needed). */
export async function startMailbox(): Promise<Mailbox> {
  const letters: Received[] = []
  const answers = new Map<string, string>()
  const sockets = new Set<Socket>()
  let [isOpen, connections] = [true, 0]
  const server = createServer((socket) => {
    connections += 1
    if (!isOpen) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    talk(socket, answers, (letter) => letters.push(letter))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}?from=weft@weft.test`,
    letters,
    to: (address) => letters.filter((letter) => letter.to.includes(address)),
    answer(command, line) {
      if (line === undefined) answers.delete(command)
      else answers.set(command, line)
    },
    open(next) {
      isOpen = next
    },
    get connections() {
      return connections
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function talk(socket: Socket, answers: ReadonlyMap<string, string>, keep: (letter: Received) => void): void {
  let [buffer, from, data] = ['', '', false]
  let to: string[] = []
  const say = (line: string) => socket.write(`${line}\r\n`)
  say('220 mailbox.test ESMTP')
  const take = (line: string): void => {
    const own = [...answers].find(([command]) => line.toUpperCase().startsWith(command))?.[1]
    if (own !== undefined) say(own)
    else if (/^(EHLO|HELO)/i.test(line)) say('250-mailbox.test\r\n250 AUTH PLAIN')
    else if (/^AUTH/i.test(line)) say('235 welcome')
    else if (/^MAIL FROM:/i.test(line)) {
      from = addressIn(line)
      to = []
      say('250 ok')
    } else if (/^RCPT TO:/i.test(line)) {
      to.push(addressIn(line))
      say('250 ok')
    } else if (/^DATA/i.test(line)) {
      data = true
      say('354 go on')
    } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
    else say('250 ok')
  }
  socket.on('data', (chunk) => {
    buffer += chunk.toString('latin1')
    for (;;) {
      const end = buffer.indexOf(data ? '\r\n.\r\n' : '\r\n')
      if (end === -1) return
      const part = buffer.slice(0, end)
      buffer = buffer.slice(end + (data ? 5 : 2))
      if (!data) take(part)
      else {
        data = false
        keep(letterFrom(part, from, to))
        say('250 kept')
      }
    }
  })
}

const addressIn = (line: string) => /<([^>]*)>/.exec(line)?.[1] ?? ''

function letterFrom(raw: string, from: string, to: readonly string[]): Received {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = new Map(
    lines.map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: */, '')]),
  )
  const body = rest.join('\r\n\r\n').replace(/^\.\./gm, '.')
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase()
  const text =
    encoding === 'quoted-printable'
      ? Buffer.from(
          body
            .replace(/=\r\n/g, '')
            .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          'latin1',
        ).toString()
      : encoding === 'base64'
        ? Buffer.from(body, 'base64').toString()
        : body
  return { from, to, headers, text: text.replace(/\r\n/g, '\n'), raw }
}

/** The path and query of the one link of ours in a letter that holds a token. */
export function linkIn(letter: Received | undefined): string {
  return /https?:\/\/[^/\s]+(\/\S+\?token=\S+)/.exec(letter?.text ?? '')?.[1] ?? ''
}
