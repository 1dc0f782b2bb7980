import type { Command } from 'commander'
import type { Io } from '../io'
import { addChanges } from './jobs-change'
import { addList } from './jobs-list'
import { addShow } from './jobs-show'

export function addJobs(program: Command, io: Io): void {
  const jobs = program.command('jobs').description('look at jobs and change them')
  addList(jobs, io)
  addShow(jobs, io)
  addChanges(jobs, io)
}
