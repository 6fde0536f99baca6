import type { IncomingMessage, ServerResponse } from 'node:http'

/** What can keep a process from being ready, by name; each says why not, or nothing. */
export type HealthChecks = Readonly<Record<string, () => Promise<string | undefined>>>

export interface Health {
  /** From now on this process is not ready: whoever sends requests here should stop. */
  drain(): void
  /**
   * Answers `/livez` (the event loop turns) and `/readyz` (this process can do its work).
   * @param audience `public` learns no more than yes or no
   * @returns false when the request is for something else
   */
  answer(request: IncomingMessage, response: ServerResponse, audience: 'public' | 'operator'): boolean
}

const PATIENCE_MS = 3_000
/** However often it is asked, the database is not. */
const KEPT_MS = 1_000

export function createHealth(checks: HealthChecks): Health {
  let draining = false
  let kept: { at: number; problems: Promise<Record<string, string>> } | undefined

  function problems(): Promise<Record<string, string>> {
    if (draining) return Promise.resolve({ process: 'is stopping' })
    if (kept === undefined || Date.now() - kept.at > KEPT_MS)
      kept = { at: Date.now(), problems: look(checks) }
    return kept.problems
  }

  return {
    drain() {
      draining = true
    },
    answer(request, response, audience) {
      const { url = '' } = request
      if (!url.startsWith('/livez') && !url.startsWith('/readyz')) return false
      const pathname = url.split('?', 1)[0]
      if (pathname !== '/livez' && pathname !== '/readyz') return false
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD')
        write(response, 405, { status: 'not allowed' })
      } else if (pathname === '/livez') {
        write(response, 200, { status: 'ok' })
      } else {
        void problems().then((found) => {
          if (Object.keys(found).length === 0) write(response, 200, { status: 'ok' })
          else write(response, 503, { status: 'not ready', ...(audience === 'operator' && found) })
        })
      }
      return true
    },
  }
}

async function look(checks: HealthChecks): Promise<Record<string, string>> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await withPatience(check)] as const),
  )
  return Object.fromEntries(answers.filter((answer): answer is [string, string] => answer[1] !== undefined))
}

async function withPatience(check: () => Promise<string | undefined>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((answer) => {
    timer = setTimeout(() => answer('does not answer'), PATIENCE_MS)
  })
  try {
    return await Promise.race([check(), late])
  } catch {
    return 'does not answer'
  } finally {
    clearTimeout(timer)
  }
}

function write(response: ServerResponse, status: number, body: Record<string, string>): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}
