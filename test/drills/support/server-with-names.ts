import { runProcess } from '../../../src/process.ts'
import { createResolver } from '../../../src/remote/resolver.ts'

/** The server as it is, but for the name server: the one that WEFT_TEST_NAME_SERVER names. */
await runProcess(async () => {
  const { createApp } = await import('../../../src/app.ts')
  const resolver = createResolver({ servers: [process.env.WEFT_TEST_NAME_SERVER ?? ''] })
  return (parts) => createApp(parts, { resolver })
})
