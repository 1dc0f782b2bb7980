import type { Contestant } from '../contestant'
import { loadContestant } from '../contestants'
import type { Answer, Call } from './calls'
import { producerCalls } from './producer'
import { RunnerSide } from './runner'

const [role, name, url] = process.argv.slice(2)
if (!name || !url) throw new Error('usage: main <producer|runner> <contestant> <url>')

const contestant = await loadContestant(name)
const calls = await (role === 'producer' ? openProducer(contestant, url) : openRunner(contestant, url))

process.on('message', async (call: Call) => {
  answer(await perform(call))
})
process.once('disconnect', () => process.exit(0))
answer({ id: 0, value: null })

async function openProducer(contestant: Contestant, url: string): Promise<object> {
  return producerCalls(await contestant.producer(url))
}

async function openRunner(contestant: Contestant, url: string): Promise<object> {
  const side = new RunnerSide()
  side.use(await contestant.runner(url, side.handle))
  return side
}

async function perform({ id, method, argument }: Call): Promise<Answer> {
  try {
    const act = Reflect.get(calls, method) as (argument: unknown) => Promise<unknown>
    return { id, value: (await act.call(calls, argument)) ?? null }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

function answer(message: Answer): void {
  process.send?.(message)
}
