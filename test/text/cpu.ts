/** CPU milliseconds of this process that some work takes: unlike the clock, it does not count what else is running. */
export function cpuMilliseconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
