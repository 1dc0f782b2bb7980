// The other process of a test: opens a store as it is told and does what the parent asks, call by call.
import { scenarios } from './scenarios.mjs'

let store = null

const tell = (message) => process.connected && process.send(message)

async function handle({ kind, name, args }) {
  if (kind === 'open') {
    const [spec] = args
    const module = await import(spec.module)
    store = await module[spec.factory](...spec.args)
    await store.open()
    return null
  }
  if (kind === 'subscribe') {
    await store.subscribe((signal) => tell({ signal }))
    return null
  }
  if (kind === 'run')
    return scenarios[name]({ store, tell: (event, value) => tell({ event: { name: event, value } }) }, ...args)
  const [method, part] = name.split('.').reverse()
  const owner = part === undefined ? store : store[part]
  return owner[method](...args)
}

process.on('message', (message) => {
  handle(message).then(
    (value) => tell({ call: message.call, value: value ?? null }),
    ({ name, message: text, code }) => tell({ call: message.call, error: { name, message: text, code } }),
  )
})

// A parent that is gone leaves nobody behind.
process.on('disconnect', () => process.exit(0))
