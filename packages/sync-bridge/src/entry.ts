// The code of threads and processes: plain JavaScript beside the sources and beside the build, so that no loader is
// needed for it.
export const THREAD_ENTRY = new URL('../thread/entry.mjs', import.meta.url)
export const PROCESS_ENTRY = new URL('../thread/process.mjs', import.meta.url)
