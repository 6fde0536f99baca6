import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestHandler } from 'express'
import { DEFAULT_IMAGES } from './paths.ts'

/** The pictures of those who have none. */
export function defaultImages(): RequestHandler {
  const images = new Map(
    Object.entries(DEFAULT_IMAGES).map(([path, file]) => [
      path,
      readFileSync(join(import.meta.dirname, file)),
    ]),
  )
  return (req, res, next) => {
    const image = images.get(req.path)
    if (!image || (req.method !== 'GET' && req.method !== 'HEAD')) return next()
    res.setHeader('Access-Control-Allow-Origin', '*')
    res.setHeader('Cache-Control', 'public, max-age=604800')
    res.type('png').send(image)
  }
}
