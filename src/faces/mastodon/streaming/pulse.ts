import type { AppSocket } from './socket.ts'

/** A socket is asked whether it is there this often, some of them each second rather than all at once. */
const EVERY_SECONDS = 30

/** Finds out which sockets nobody is behind any more. */
export class Pulse implements Disposable {
  readonly #turns = Array.from({ length: EVERY_SECONDS }, () => new Set<AppSocket>())
  readonly #turnOf = new Map<AppSocket, Set<AppSocket>>()
  readonly #timer: NodeJS.Timeout
  #now = 0
  #next = 0

  constructor(everyMs = 1000) {
    this.#timer = setInterval(() => this.#beat(), everyMs).unref()
  }

  add(socket: AppSocket): void {
    this.#next = (this.#next + 1) % EVERY_SECONDS
    const turn = this.#turns[this.#next]
    if (!turn) return
    turn.add(socket)
    this.#turnOf.set(socket, turn)
  }

  delete(socket: AppSocket): void {
    this.#turnOf.get(socket)?.delete(socket)
    this.#turnOf.delete(socket)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    this.#now = (this.#now + 1) % EVERY_SECONDS
    for (const socket of this.#turns[this.#now] ?? []) socket.ping()
  }
}
