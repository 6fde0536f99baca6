import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { cohortFrom, dimensionFrom, measureFrom } from '../../translate/to-mastodon/admin-figures.ts'
import { VERSION } from '../../version.ts'
import { isDimension, viewDimension } from '../../views/dimensions.ts'
import { isMeasure, type MeasureOf, type Span, viewMeasure } from '../../views/measures.ts'
import { viewRetention } from '../../views/retention.ts'
import { dateish, integerish, listOf, wordOf } from '../http/param-fields.ts'
import { type Given, readParams } from '../http/read-params.ts'
import { adminsOnly } from './admin-auth.ts'
import type { MastodonParts } from './parts.ts'

const MOST_KEYS = 20
const DIMENSION = { usual: 10, most: 100 }

/** POST /api/v1/admin/measures, dimensions and retention: how this server does. What is not known as a key is left out. */
export function adminFigureRoutes(parts: MastodonParts): RequestHandler {
  const { world } = parts
  const { db, uris, clock } = world
  const requiresAdmin = adminsOnly(parts)
  const router = Router({ caseSensitive: true })

  router.post('/api/v1/admin/measures', ...requiresAdmin('admin:read'), async (req, res) => {
    const params = await readParams(req)
    const span = spanFrom(params, clock.now())
    const views = []
    // One after the other: nobody else is to wait for what a dashboard counts.
    for (const key of keysFrom(params).filter(isMeasure)) {
      const view = await viewMeasure(db, key, span, ofWhat(params, key))
      if (view) views.push(measureFrom(view))
    }
    res.json(views)
  })

  router.post('/api/v1/admin/dimensions', ...requiresAdmin('admin:read'), async (req, res) => {
    const params = await readParams(req)
    const span = spanFrom(params, clock.now())
    const { limit = DIMENSION.usual } = params.read(limitFields)
    const most = limit < 1 ? DIMENSION.usual : Math.min(limit, DIMENSION.most)
    const views = []
    for (const key of keysFrom(params).filter(isDimension)) {
      const view = await viewDimension(db, key, span, ofWhat(params, key), most)
      if (!view) continue
      const values = key === 'software_versions' ? [...software, ...view.values] : view.values
      views.push(dimensionFrom({ key, values }, uris.handleHost))
    }
    res.json(views)
  })

  router.post('/api/v1/admin/retention', ...requiresAdmin('admin:read'), async (req, res) => {
    const params = await readParams(req)
    const { frequency = 'day' } = params.read(frequencyFields)
    const span = spanFrom(params, clock.now(), frequency === 'day' ? 62 : 366 * 3)
    const cohorts = await viewRetention(db, span, frequency)
    res.json(cohorts.map((cohort) => cohortFrom(cohort, frequency)))
  })

  return router
}

const software = [
  { key: 'weft', name: 'Weft', value: VERSION },
  { key: 'node', name: 'Node.js', value: process.versions.node },
]

const DAY_MS = 86_400_000

const spanFields = z.object({ start_at: dateish, end_at: dateish })

/** Whole days, the last one included; the last thirty when not said. */
function spanFrom(params: Given, now: Date, mostDays = 366): Span {
  const { start_at: start, end_at: end = now } = params.read(spanFields)
  const to = dayOf(end) + DAY_MS
  const from = start === undefined ? to - 30 * DAY_MS : dayOf(start)
  if (from >= to || to - from > mostDays * DAY_MS || to > dayOf(now) + 366 * DAY_MS || from < 0)
    refuse('params.invalid', { reason: 'start_at and end_at are too far apart' })
  return { from: new Date(from), to: new Date(to) }
}

const dayOf = (date: Date) => Math.floor(date.getTime() / DAY_MS) * DAY_MS

function keysFrom(params: Given): readonly string[] {
  const { keys = [] } = params.read(keysFields)
  return [...new Set(keys)]
}

/** What a key is of stands under its own name: `tag_uses[id]`, `instance_accounts[domain]`. */
function ofWhat(params: Given, key: string): MeasureOf {
  const of = params.values[key]
  if (typeof of !== 'object' || of === null || Array.isArray(of)) return {}
  const { id, domain } = of as Readonly<Record<string, unknown>>
  return {
    tagId: readId<string>(typeof id === 'string' || typeof id === 'number' ? String(id) : undefined),
    host: typeof domain === 'string' && domain !== '' ? domain.toLowerCase() : undefined,
  }
}

const limitFields = z.object({ limit: integerish })
const frequencyFields = z.object({ frequency: wordOf(['day', 'month']) })
const keysFields = z.object({ keys: listOf(z.string().max(100), MOST_KEYS) })
