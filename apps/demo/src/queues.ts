/** The queue of the files, and the one of the jobs that show what else can happen. */
export const FILES = 'demo-files'
export const EXTRAS = 'demo-extras'
