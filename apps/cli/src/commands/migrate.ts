import type { Command } from 'commander'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { STORE_OPTIONS } from '../options/table'
import { withProgress } from '../output/progress'
import { withJobs } from '../session'

export function addMigrate(program: Command, io: Io): void {
  const command = program
    .command('migrate')
    .description("bring the store's schema up to date")
    .option('--json', 'answer as a JSON array')
    .action(async () => {
      const done = await withJobs(io, command, ({ store }) => withProgress(io, 'migrate:', () => store.migrate()))
      if (command.opts<{ json?: boolean }>().json) await io.out(`${JSON.stringify(done)}\n`)
      else await io.out(`${done.length > 0 ? done.join('\n') : 'the schema is up to date'}\n`)
    })
  addOptions(command, STORE_OPTIONS)
}
