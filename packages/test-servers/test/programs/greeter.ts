import { createInterface } from 'node:readline'
import { InvalidError } from '@jobs-worker/core'
import statement from './statement.sql'

console.log(`${process.argv[2]} ${InvalidError.name} ${statement.trim()}`)
createInterface({ input: process.stdin }).on('line', (line) => console.log(`heard ${line}`))
