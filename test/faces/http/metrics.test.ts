import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { createMetrics, type Metrics } from '../../../src/faces/http/metrics.ts'

let server: Server | undefined
afterEach(() => {
  server?.close()
  server = undefined
})

async function scrape(metrics: Metrics): Promise<string> {
  server ??= createServer((request, response) => metrics.answer(request, response)).listen(0, '127.0.0.1')
  if (!server.listening) await new Promise((listening) => server?.once('listening', listening))
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)
  return response.text()
}

test('R-020: counts and gauges of ours are shown in the format of Prometheus', async () => {
  await using metrics = createMetrics(silentLog)
  const { instruments } = metrics
  instruments.countDeliveries('delivered')
  instruments.countDeliveries('delivered', 3)
  instruments.countDeliveries('host-failed')
  for (const seconds of [0.05, 0.2, 9]) instruments.timeDelivery(seconds)
  instruments.countJob('deliver', 'done', 0.002)
  instruments.countIntake('accepted', 2)
  instruments.countDropped('too-old')
  instruments.countLeaseExpiries()
  instruments.observe('queue.depth', async () => [
    { value: 12, labels: { queue: 'deliveries' } },
    { value: 0, labels: { queue: 'jobs' } },
  ])
  instruments.observe('queue.oldest', () => [{ value: 4.5, labels: { queue: 'deliveries' } }])
  instruments.observe('hosts', () => [{ value: 2, labels: { state: 'dead' } }])
  const text = await scrape(metrics)
  for (const line of [
    'weft_deliveries_total{result="delivered"} 4',
    'weft_delivery_seconds_count 3',
    'weft_delivery_seconds_bucket{le="0.3"} 2',
    'weft_jobs_total{kind="deliver",result="done"} 1',
    'weft_deliveries_total{result="host-failed"} 1',
    'weft_intake_total{result="accepted"} 2',
    'weft_dropped_total{reason="too-old"} 1',
    'weft_lease_expiries_total 1',
    'weft_queue_depth{queue="deliveries"} 12',
    'weft_queue_depth{queue="jobs"} 0',
    'weft_queue_oldest{queue="deliveries"} 4.5',
    'weft_hosts{state="dead"} 2',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  expect(text).toMatch(/^weft_memory_resident_bytes [1-9]\d+$/m)
  expect(text).toMatch(/^weft_event_loop_lag_seconds \d/m)
})

test('a gauge that cannot be read is left out, is logged, and the others are shown', async () => {
  const warn = vi.fn()
  await using metrics = createMetrics({ ...silentLog, warn })
  metrics.instruments.observe('hosts', () => Promise.reject(new Error('the database is away')))
  metrics.instruments.countIntake('accepted')
  const text = await scrape(metrics)
  expect(text).toContain('weft_intake_total{result="accepted"} 1')
  expect(text).not.toContain('weft_hosts{')
  expect(warn).toHaveBeenCalledTimes(1)
})

test('what others choose makes no series of its own, and series never grow without bound', async () => {
  await using metrics = createMetrics(silentLog)
  const counter = metrics.meterProvider.getMeter('@fedify/fedify').createCounter('activitypub.test')
  for (let n = 0; n < 1_000; n++) {
    counter.add(1, { 'activitypub.remote.host': `${n}.example`, 'activitypub.activity.type': `Type${n}` })
  }
  const text = await scrape(metrics)
  expect(text).not.toContain('0.example')
  const series = text.split('\n').filter((line) => line.startsWith('activitypub_test_total'))
  expect(series.length).toBeGreaterThan(1)
  expect(series.length).toBeLessThanOrEqual(200)
})
