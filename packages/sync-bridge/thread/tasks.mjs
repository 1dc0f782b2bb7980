import { createContext } from './context.mjs'
import { loadModule } from './load.mjs'

/** @import { AboutRun } from '../src/wire' */
/** @typedef {{ name: string, schema?: { '~standard': { validate(value: unknown): unknown } }, run(input: unknown, context: object): unknown }} ThreadTask */

/**
 * The handler of a task, out of the module that defines it.
 * @param {string} url
 * @param {string} name
 * @returns {Promise<(input: unknown, about: AboutRun) => unknown>}
 */
export async function taskHandler(url, name) {
  const task = findTask(await loadModule(url), name)
  if (task === undefined) {
    const error = new Error(`task ${JSON.stringify(name)}: ${url} exports no task of that name`)
    throw Object.assign(error, { code: 'JOBS_SYNC_MODULE', module: url, function: name })
  }
  return async (input, about) => task.run(await parsed(task, input), createContext(about))
}

/**
 * @param {Record<string, unknown>} module
 * @param {string} name
 */
function findTask(module, name) {
  const exported = [module, module.default].flatMap((each) => (isObject(each) ? Object.values(each) : []))
  const tasks = [module.default, ...exported.flat()].filter(isTask)
  return tasks.find((task) => task.name === name)
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === 'object' && value !== null
}

/** @param {unknown} value @returns {value is ThreadTask} */
function isTask(value) {
  return isObject(value) && typeof value.name === 'string' && typeof value.run === 'function'
}

/**
 * The schema's output may be nothing that can be sent, so the thread makes it itself.
 * @param {ThreadTask} task
 * @param {unknown} input
 */
async function parsed(task, input) {
  if (task.schema === undefined) return input
  const result = /** @type {{ value?: unknown, issues?: readonly { message: string }[] }} */ (
    await task.schema['~standard'].validate(input)
  )
  if (result.issues === undefined) return result.value
  const lines = result.issues.map(({ message }) => message).join('; ')
  const error = new Error(`task ${JSON.stringify(task.name)}: input does not match its schema: ${lines}`)
  throw Object.assign(error, { name: 'InputSchemaError', code: 'JOBS_INPUT_SCHEMA', issues: result.issues })
}
