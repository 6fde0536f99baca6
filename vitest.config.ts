import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Most of a test is waiting for a database, a process or a browser; two at a time use two cores.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Tests that kill processes share their machine with whatever else runs there; what fails twice is a defect.
    retry: process.env.CI ? 1 : 0,
    // A promise that nobody waited for is a defect of the server, whichever test it happened in.
    dangerouslyIgnoreUnhandledErrors: false,
  },
})
