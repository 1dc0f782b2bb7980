import { startPostgres } from '../../src'

const server = await startPostgres()
console.log(`postgres ${server.pid}`)
setInterval(() => {}, 1_000)
