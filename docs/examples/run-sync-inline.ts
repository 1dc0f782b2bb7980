import { runSync } from '@jobs-worker/sync-bridge'

const primes = await runSync((max: number) => {
  const found: number[] = []
  for (let n = 2; n <= max; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}, 10_000)
console.log(primes.length) // 1229; the event loop went on meanwhile
