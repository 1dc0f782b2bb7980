import { runInNewContext } from 'node:vm'

/** What Node gives to every thread beside the language itself. */
const NODE = `
  AbortController AbortSignal Blob BroadcastChannel Buffer ByteLengthQueuingStrategy CloseEvent CompressionStream
  CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DecompressionStream Event EventSource EventTarget File
  FormData Headers MessageChannel MessageEvent MessagePort Navigator Performance PerformanceEntry PerformanceMark
  PerformanceMeasure PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming
  ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder
  TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern
  URLSearchParams WebAssembly WebSocket WritableStream WritableStreamDefaultController WritableStreamDefaultWriter
  atob btoa clearImmediate clearInterval clearTimeout console crypto fetch global globalThis navigator performance
  process queueMicrotask setImmediate setInterval setTimeout structuredClone
`

/** What the thread itself adds: a `require`, and the helpers of esbuild, tsx, TypeScript and Vite. */
const ADDED = ['require', '__name', '__toESM', '__importStar', '__importDefault', '__vite_ssr_dynamic_import__']

/** Names that code asks `typeof` of, to learn where it runs. */
const PROBED = new Set(['window', 'self', 'document', 'importScripts', 'Deno', 'Bun', 'define', 'module', 'exports'])

let names: Set<string> | undefined

/** Whether a thread has a global of this name. This process's own list would not do: it has the user's globals too. */
export function isThreadGlobal(name: string): boolean {
  names ??= new Set([
    ...(runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]),
    ...NODE.split(/\s+/),
    ...ADDED,
  ])
  return names.has(name)
}

/** Whether `typeof name` answers the same in a thread, although there is no such global. */
export function isProbe(name: string): boolean {
  return PROBED.has(name)
}
