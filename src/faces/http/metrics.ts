import type { IncomingMessage, ServerResponse } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Attributes, Meter } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { createDenyListAttributesProcessor, MeterProvider } from '@opentelemetry/sdk-metrics'
import type { Gauge, Instruments, Reading } from '../../base/instruments.ts'
import type { Log } from '../../base/log.ts'

export interface Metrics extends AsyncDisposable {
  readonly instruments: Instruments
  /** for Fedify's own instruments */
  readonly meterProvider: MeterProvider
  /** Answers with everything, in Prometheus' text format. */
  answer(request: IncomingMessage, response: ServerResponse): void
}

/** Others choose these, so there is no end of them; numbers are kept without them. */
const BOUNDLESS = [
  'activitypub.remote.host',
  'activitypub.activity.id',
  'activitypub.actor.id',
  'activitypub.object.id',
  'activitypub.key.id',
  'activitypub.inbox.url',
  'url.full',
  'url.path',
  'url.query',
]
const MOST_SERIES = 200
const BUCKETS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]

const GAUGES: Record<Gauge, string> = {
  'queue.depth': 'work that waits, by queue',
  'queue.oldest': 'seconds that the oldest waiting work is overdue, by queue',
  'queue.dead': 'work that was given up and can be tried again by hand, by queue',
  hosts: 'other servers, by how they answered last',
}

/** The numbers of this process, ours and Fedify's: collected by OpenTelemetry, read by Prometheus. */
export function createMetrics(log: Log): Metrics {
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  })
  const meterProvider = new MeterProvider({
    readers: [exporter],
    views: [
      {
        instrumentName: '*',
        attributesProcessors: [createDenyListAttributesProcessor(BOUNDLESS)],
        aggregationCardinalityLimit: MOST_SERIES,
      },
    ],
  })
  const meter = meterProvider.getMeter('weft')
  watchProcess(meter)
  return {
    instruments: instrumentsOn(meter, log),
    meterProvider,
    answer: (request, response) => exporter.getMetricsRequestHandler(request, response),
    [Symbol.asyncDispose]: () => meterProvider.shutdown(),
  }
}

function instrumentsOn(meter: Meter, log: Log): Instruments {
  const counter = (name: string, description: string) => meter.createCounter(`weft.${name}`, { description })
  const seconds = (name: string, description: string) =>
    meter.createHistogram(`weft.${name}`, { description, advice: { explicitBucketBoundaries: BUCKETS } })
  const deliveries = counter('deliveries', 'deliveries tried, by result')
  const deliverySeconds = seconds('delivery_seconds', 'how long one took')
  const jobs = counter('jobs', 'jobs run, by kind and result')
  const jobSeconds = seconds('job_seconds', 'how long one took, by kind')
  const intake = counter('intake', 'activities received, by result')
  const skew = meter.createHistogram('weft.intake_clock_skew_seconds', {
    description: 'by how much clocks of servers that signed a request are ahead of ours, or behind',
    advice: { explicitBucketBoundaries: [1, 10, 60, 300, 3600] },
  })
  const dropped = counter('dropped', 'work that was given up, by reason')
  const expiries = counter('lease_expiries', 'leases taken over from a worker that died or was too slow')
  return {
    countDeliveries: (result, count = 1) => deliveries.add(count, { result }),
    timeDelivery: (seconds) => deliverySeconds.record(seconds),
    countJob(kind, result, seconds) {
      jobs.add(1, { kind, result })
      jobSeconds.record(seconds, { kind })
    },
    countIntake: (result, count = 1) => intake.add(count, { result }),
    // OpenTelemetry drops what is negative.
    recordClockSkew: (seconds) => skew.record(Math.abs(seconds), { clock: seconds > 0 ? 'ahead' : 'behind' }),
    countDropped: (reason, count = 1) => dropped.add(count, { reason }),
    countLeaseExpiries: (count = 1) => expiries.add(count),
    observe(gauge, read) {
      const instrument = meter.createObservableGauge(`weft.${gauge}`, { description: GAUGES[gauge] })
      instrument.addCallback(async (result) => {
        for (const { value, labels } of await readSafely(read)) result.observe(value, labels as Attributes)
      })
    },
  }

  async function readSafely(read: () => Promise<readonly Reading[]> | readonly Reading[]) {
    try {
      return await read()
    } catch (error) {
      log.warn('A metric could not be read.', { error })
      return []
    }
  }
}

function watchProcess(meter: Meter): void {
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  meter
    .createObservableGauge('weft.event_loop.lag_seconds', {
      description: 'the 99th percentile since the last look',
    })
    .addCallback((result) => {
      result.observe(lag.percentile(99) / 1e9)
      lag.reset()
    })
  meter
    .createObservableGauge('weft.memory.resident_bytes', { description: 'of this process' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()))
}
