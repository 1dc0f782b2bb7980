/** What is known of a file once its job has completed. */
export interface Measurement {
  readonly sha256: string
  readonly bytes: number
  readonly gzipped: number
}

/**
 * Reads, hashes and compresses a file, and blocks its thread for as long as that takes. Threads get its source and nothing
 * else, so it imports itself what it needs.
 */
export async function measure(path: string): Promise<Measurement> {
  const { createHash } = await import('node:crypto')
  const { closeSync, openSync, readSync } = await import('node:fs')
  const { gzipSync } = await import('node:zlib')
  const sha256 = createHash('sha256')
  const buffer = Buffer.alloc(4 * 1_048_576)
  const file = openSync(path, 'r')
  try {
    let bytes = 0
    let gzipped = 0
    for (;;) {
      const chunk = buffer.subarray(0, readSync(file, buffer))
      // A gzip file may have several parts, one after the other; that of an empty file has one.
      if (chunk.length > 0 || bytes === 0) gzipped += gzipSync(chunk).length
      if (chunk.length === 0) return { sha256: sha256.digest('hex'), bytes, gzipped }
      sha256.update(chunk)
      bytes += chunk.length
    }
  } finally {
    closeSync(file)
  }
}
