import { flushCompileCache } from 'node:module'
import type { Log } from './base/log.ts'
import { StartError } from './base/start-error.ts'
import { type Config, ConfigError, environment, readConfig } from './config.ts'
import { startLog } from './log.ts'
import { type CreateApp, type Server, startServer } from './server.ts'

const DRAIN_MS = 25_000
/** Signals within this time are one. */
const SAME_SIGNAL_MS = 2000
/** Whoever sent SIGTERM sends SIGKILL after half a minute. */
const LIMIT_MS = 29_000

/**
 * Runs a server as this process, from its settings to its exit. A signal drains it: exit code 0. An error that nobody
 * caught leaves a state that nobody knows, so it is logged, the server is drained, and the exit code is 1.
 */
export async function runProcess(loadApp: () => Promise<CreateApp>): Promise<void> {
  // Whoever read our output may go away; that is no reason to stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const config = settings()
  const log = await startLog({
    level: config.logLevel,
    pretty: process.stderr.isTTY === true,
    write: (line) => process.stderr.write(line),
  })
  let stop = (_code: 0 | 1): void => undefined
  const broken = (error: unknown): void => {
    log.error('Something went wrong that nobody expected: stopping, to be started anew.', { error })
    stop(1)
  }
  const starting = startServer({ config, log, loadApp, onBroken: broken })
  stop = stopper(starting, log)
  process.on('uncaughtException', broken)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(0))
  try {
    greet(config, await starting, log)
  } catch (error) {
    complain(error, log)
    process.exit(1)
  }
  // What was compiled for this start serves the next.
  setTimeout(flushCompileCache, 3_000).unref()
}

function settings(): Config {
  try {
    return readConfig(environment())
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.mistakes.join('\n')}\n`)
    process.exit(1)
  }
}

/** The first call drains and exits; a second signal, of somebody who does not want to wait, exits at once. */
function stopper(starting: Promise<Server>, log: Log): (code: 0 | 1) => void {
  let exitCode: 0 | 1 | undefined
  let began = 0
  return (code) => {
    if (exitCode !== undefined) {
      // Ctrl-C reaches npm and us, and npm passes it on: that is one wish, not an impatient second one.
      if (code === 0 && performance.now() - began > SAME_SIGNAL_MS) process.exit(1)
      if (code === 1) exitCode = 1
      return
    }
    exitCode = code
    began = performance.now()
    log.info('Stopping: finishing what is at work.')
    setTimeout(() => {
      log.error(
        'Not everything came to an end in time; what is unfinished will be done after the next start.',
      )
      process.exit(1)
    }, LIMIT_MS).unref()
    starting
      .then((server) => server.drain(DRAIN_MS))
      .then(
        () => process.exit(exitCode),
        (error: unknown) => {
          log.error('Stopping did not go well.', { error })
          process.exit(1)
        },
      )
  }
}

function greet(config: Config, server: Server, log: Log): void {
  const lines =
    config.role === 'worker' ? ['Weft works in the background.'] : [`Weft is running at ${config.origin}`]
  lines.push(`Data folder: ${config.dataDir}`)
  if (config.metricsPort !== undefined) lines.push(`Metrics: http://127.0.0.1:${config.metricsPort}/metrics`)
  if (server.ownerLink !== undefined && config.role !== 'worker') {
    lines.push('', 'Make the owner account in your browser; this link works once:', server.ownerLink)
  }
  process.stdout.write(`\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n\n`)
  if (!config.rateLimits)
    log.warn('WEFT_RATE_LIMITS is off: every request is answered, however many there are.')
}

function complain(error: unknown, log: Log): void {
  if (error instanceof StartError) process.stderr.write(`${error.message}\n`)
  else log.error('The server could not start.', { error })
}
