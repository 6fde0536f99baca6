import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { appOf } from './support/app.ts'
import { cpuEach } from './support/cpu.ts'
import { median, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'

// A photograph of 12 megapixels with what a telephone writes into it, handed in by an app: until it is stripped, turned,
// resized and can be posted. Then 20 of them at once, and how much memory the server takes for that.
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const AT_ONCE = 20
const MEGABYTE = 1_048_576

await using server = await startBenchServer()
const anna = await registerAccount(server.house.world, { name: 'anna' })
const headers = await appOf(server, anna)
const url = server.house.world.uris.uploads(anna.id)
const photo = await photograph()
console.log(`a photograph of ${(photo.length / MEGABYTE).toFixed(1)} MB`)

await handIn()
const times: number[] = []
const costs: ReturnType<typeof cpuEach>[] = []
for (let round = 0; round < ROUNDS; round++) {
  const before = server.cpu()
  const began = performance.now()
  await handIn()
  times.push(performance.now() - began)
  costs.push(cpuEach(before, server.cpu(), 1))
}
const cpu = costs.map((cost) => cost.sum)
console.log(`one photograph: ${spread(times)} ms, ${spread(cpu)} ms CPU`)
verdict('ready', median(times), median(times) <= 1000, '≤ 1,000 ms')

const rises: number[] = []
const together: number[] = []
for (let round = 0; round < Math.min(ROUNDS, 3); round++) {
  await sleep(1000)
  const rest = server.rss()
  let most = rest
  const watch = setInterval(() => {
    most = Math.max(most, server.rss())
  }, 10)
  const began = performance.now()
  await Promise.all(Array.from({ length: AT_ONCE }, handIn))
  together.push(performance.now() - began)
  clearInterval(watch)
  rises.push((most - rest) / MEGABYTE)
}
console.log(`${AT_ONCE} at once: all ready after ${spread(together)} ms, ${spread(rises)} MiB more at most`)
verdict('memory for 20 at once', Math.max(...rises), Math.max(...rises) < 150, '< 150 MiB')

async function handIn(): Promise<void> {
  const body = new FormData()
  body.set('file', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), 'IMG_0001.jpg')
  const answer = await fetch(url, { method: 'POST', headers, body })
  const text = await answer.text()
  if (answer.status !== 201) throw new Error(`an upload was answered ${answer.status}: ${text}`)
}

/** 4,000 by 3,000, lying on its side, with noise that no compression takes away. */
async function photograph(): Promise<Buffer> {
  const [width, height] = [4000, 3000]
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const
  return sharp({ create: { width, height, channels: 3, background: '#6a8caf', noise } })
    .blur(2)
    .withExif({ IFD0: { Make: 'Camera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 85 })
    .toBuffer()
}
