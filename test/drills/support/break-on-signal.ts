/** Loaded before the server: SIGUSR2 lets something go wrong that nobody expected, as WEFT_TEST_BREAK says. */
process.on('SIGUSR2', () => {
  if (process.env.WEFT_TEST_BREAK === 'rejection')
    void Promise.reject(new Error('a rejection that nobody handled'))
  else
    setImmediate(() => {
      throw new Error('an exception that nobody caught')
    })
})
