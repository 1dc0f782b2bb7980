import type { StandardSchemaV1 } from '@standard-schema/spec'
import { InputSchemaError } from './errors'

/**
 * Parses an input with a task's schema; a schema may answer at once or later, and so does this.
 * @throws InputSchemaError
 */
export function parseInput<Output>(
  task: string,
  schema: StandardSchemaV1<unknown, Output> | undefined,
  input: unknown,
): Output | Promise<Output> {
  if (schema === undefined) return input as Output
  const answer = schema['~standard'].validate(input)
  return answer instanceof Promise ? answer.then((result) => accept(task, result)) : accept(task, answer)
}

function accept<Output>(task: string, result: StandardSchemaV1.Result<Output>): Output {
  if (result.issues === undefined) return result.value
  throw new InputSchemaError(
    task,
    result.issues.map((issue) => ({ path: pathOf(issue.path), message: issue.message })),
  )
}

function pathOf(path: StandardSchemaV1.Issue['path']): string {
  return (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
}
