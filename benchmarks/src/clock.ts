/** Milliseconds of the machine's monotonic clock: one scale for all processes of this machine, with fractions. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
