import type { DimensionView } from '../../views/dimensions.ts'
import type { MeasureView } from '../../views/measures.ts'
import type { CohortView, Frequency } from '../../views/retention.ts'
import { midnightWord } from './words.ts'

export function measureFrom({ key, total, before, days }: MeasureView) {
  return {
    key,
    unit: null,
    total: String(total),
    ...(before !== null && { previous_total: String(before) }),
    data: days.map(({ day, count }) => ({ date: midnightWord(day), value: String(count) })),
  }
}

export function dimensionFrom({ key, values }: DimensionView, hereHost: string) {
  return {
    key,
    data: values.map(({ key: each, name, value, unit }) => ({
      key: each === '' ? hereHost : each,
      human_key: name ?? (each === '' ? hereHost : each),
      value,
      ...(unit !== undefined && { unit, human_value: `${Math.round(Number(value) / 2 ** 20)} MB` }),
    })),
  }
}

export function cohortFrom({ period, later }: CohortView, frequency: Frequency) {
  return {
    period: midnightWord(period),
    frequency,
    data: later.map(({ date, here, share }) => ({
      date: midnightWord(date),
      rate: Math.round(share * 10_000) / 10_000,
      value: String(here),
    })),
  }
}
