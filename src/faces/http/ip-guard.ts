import type { RequestListener } from 'node:http'
import express from 'express'
import { trustProxies } from './limits.ts'

export interface GuardParts {
  readonly config: { readonly trustedProxies: readonly string[] }
  /** whom those who look after the server have shut out */
  readonly ips: { isOpen(): boolean; shuts(address: string | undefined): boolean }
}

const NO_ACCESS = 'There is no access from here.'

/** Lets nobody in from networks that are shut out, whatever they ask; costs nothing as long as there are none. */
export function guardByIp({ config, ips }: GuardParts, answer: RequestListener): RequestListener {
  const app = express()
  app.disable('x-powered-by')
  trustProxies(app, config.trustedProxies)
  app.use((req, res) => {
    if (!ips.shuts(req.ip)) return answer(req, res)
    res.statusCode = 403
    res.setHeader('Cache-Control', 'no-store')
    // What else was sent is of no interest.
    res.setHeader('Connection', 'close')
    // Apps read whatever comes from there as JSON, those in browsers too.
    const isApi = req.path.startsWith('/api/')
    if (isApi) res.setHeader('Access-Control-Allow-Origin', '*')
    res.setHeader('Content-Type', `${isApi ? 'application/json' : 'text/plain'}; charset=utf-8`)
    res.end(isApi ? JSON.stringify({ error: NO_ACCESS }) : `${NO_ACCESS}\n`)
    return undefined
  })
  return (req, res) => (ips.isOpen() ? answer(req, res) : app(req, res))
}
