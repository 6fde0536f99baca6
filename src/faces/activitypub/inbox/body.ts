import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../../base/refusal.ts'

/**
 * The body as it came, byte for byte: digests are over these bytes, so no parser may come before.
 * @throws Refusal 'request.too-large' as soon as it is, the rest being thrown away as it comes; 'request.invalid' when
 *   the sender gave up
 */
export function rawBody(req: IncomingMessage, largest: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let length = 0
  const done = () => {
    req.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
  }
  const onData = (chunk: Buffer) => {
    length += chunk.length
    if (length <= largest) {
      chunks.push(chunk)
      return
    }
    done()
    // A sender that is still writing could not read our answer if the connection ended here.
    req.resume()
    reject(new Refusal('request.too-large', { reason: `${largest} bytes are taken` }))
  }
  const onEnd = () => {
    done()
    const [first] = chunks
    resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks))
  }
  const onBroken = () => {
    done()
    reject(new Refusal('request.invalid', { reason: 'the body did not come whole' }))
  }
  req.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  return promise
}
