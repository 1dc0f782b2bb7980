/** The code of the threads: plain JavaScript beside the sources and beside the build, so that no loader is needed for it. */
export const THREAD_ENTRY = new URL('../thread/entry.mjs', import.meta.url)
