import pg from 'pg'

/** Errors of which the state of the database is the cause, and not what was asked of it. */
const passing = new WeakSet<object>()

/** SQLSTATE: connection lost (class 08), out of resources (53), stopping or starting (57P0x), undone for another's sake. */
const PASSING_STATES = /^(?:08\w{3}|53\w{3}|57P0\d|40001|40P01)$/

/**
 * Whether the database was away, overloaded, or had to undo the work: nothing was wrong with what was asked, and it may
 * succeed in a moment. Knows the errors of our own connections to it only; another server that is away is another matter.
 */
export function isPassing(error: unknown): boolean {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    if (passing.has(one)) return true
  }
  return false
}

/** Lets `isPassing` know of connections that cannot be had. */
export function watchConnections(pool: pg.Pool): void {
  const connect = pool.connect
  Object.assign(pool, {
    connect: (...args: unknown[]) => noted(Reflect.apply(connect, pool, args), () => true),
  })
}

/** Lets `isPassing` know of statements that fail on this connection, through no fault of their own. */
export function watchStatements(client: pg.ClientBase): void {
  const query = client.query
  Object.assign(client, {
    query: (...args: unknown[]) => noted(Reflect.apply(query, client, args), isAboutDatabase),
  })
}

function noted<T>(result: T, isItsOwn: (error: Error) => boolean): T {
  if (result instanceof Promise) {
    result.catch((error: unknown) => {
      if (error instanceof Error && isItsOwn(error)) passing.add(error)
    })
  }
  return result
}

function isAboutDatabase(error: Error): boolean {
  if (error instanceof pg.DatabaseError) return PASSING_STATES.test(error.code ?? '')
  // What PostgreSQL did not say itself is about the connection, unless it is a value that cannot be sent.
  return !(error instanceof TypeError) && !(error instanceof RangeError)
}
