import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A promise that nobody waited for is a defect of the server, whichever test it happened in.
    dangerouslyIgnoreUnhandledErrors: false,
  },
})
