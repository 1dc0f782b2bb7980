import type { AnyNode, ArrowFunctionExpression, FunctionExpression } from 'acorn'
import { parse } from 'acorn'
import { analyze } from 'eslint-scope'
import { isProbe, isThreadGlobal } from './globals'

/** A function's source as an expression, parsed. */
export interface ParsedFunction {
  /** Evaluates to the function. */
  readonly expression: string
  /** How the source reads as strict code; sloppy functions may hold what strict code must not. */
  readonly strict: boolean
  readonly node: FunctionExpression | ArrowFunctionExpression
  /** What the function refers to and does not declare. */
  readonly free: readonly Reference[]
}

export interface Reference {
  readonly name: string
  /** With what follows the name: `config.salt`. */
  readonly text: string
}

/** Parses what `Function.prototype.toString` gave; null where that is no function on its own (native code, an accessor). */
export function parseFunction(source: string): ParsedFunction | null {
  return (
    attempt(`(${source})`, true) ??
    attempt(`(${source})`, false) ??
    // A method's source is only valid inside an object.
    attempt(`({${source}})`, true) ??
    attempt(`({${source}})`, false)
  )
}

function attempt(code: string, strict: boolean): ParsedFunction | null {
  const sourceType = strict ? 'module' : 'script'
  let program: ReturnType<typeof parse>
  try {
    program = parse(code, { ecmaVersion: 'latest', sourceType, ranges: true, allowSuperOutsideMethod: true })
  } catch {
    return null
  }
  const found = functionIn(program)
  if (found === null) return null
  const expression = found.method ? `Object.values(${code})[0]` : code
  const scopes = analyze(program as never, { ecmaVersion: 2025, sourceType })
  const free = (scopes.globalScope?.through ?? []).map(({ identifier }) => {
    const [start, end] = identifier.range as [number, number]
    return { name: identifier.name, text: withMember(code, start, end) }
  })
  return { expression, strict, node: found.node, free: free.filter((each) => !isAvailable(each)) }
}

function functionIn(program: ReturnType<typeof parse>): { node: ParsedFunction['node']; method: boolean } | null {
  const [statement, more] = program.body
  if (more !== undefined || statement?.type !== 'ExpressionStatement') return null
  const node = statement.expression
  if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') return { node, method: false }
  if (node.type !== 'ObjectExpression' || node.properties.length !== 1) return null
  const [property] = node.properties
  if (property?.type !== 'Property' || !property.method || property.value.type !== 'FunctionExpression') return null
  return { node: property.value, method: true }
}

/** `typeof name` is marked by a leading word, for only there an unknown name is no error. */
function withMember(code: string, start: number, end: number): string {
  const member = /^(\s*\??\.\s*[\w$]+)/.exec(code.slice(end))?.[1] ?? ''
  const probe = /\btypeof\s+$/.test(code.slice(Math.max(0, start - 20), start)) ? 'typeof ' : ''
  return `${probe}${code.slice(start, end)}${member.replace(/\s/g, '')}`
}

function isAvailable({ name, text }: Reference): boolean {
  return isThreadGlobal(name) || (text.startsWith('typeof ') && isProbe(name))
}

/** What of its surroundings a function uses without naming a variable: 'this', 'super', 'import.meta', 'new.target'. */
export function surroundings(node: ParsedFunction['node']): string | null {
  const parts: AnyNode[] = [...node.params, node.body]
  for (const part of parts) {
    const found = search(part, node.type === 'ArrowFunctionExpression')
    if (found !== null) return found
  }
  return null
}

function search(node: AnyNode, arrow: boolean): string | null {
  if (node.type === 'ThisExpression') return 'this'
  if (node.type === 'Super') return 'super'
  if (node.type === 'MetaProperty' && (node.meta.name === 'import' || arrow))
    return `${node.meta.name}.${node.property.name}`
  for (const child of childrenOf(node)) {
    const found = ownThis(child) ? importMeta(child) : search(child, arrow)
    if (found !== null) return found
  }
  return null
}

/** Inside these, `this` is their own. */
function ownThis(node: AnyNode): boolean {
  return node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration' || node.type === 'ClassBody'
}

function importMeta(node: AnyNode): string | null {
  if (node.type === 'MetaProperty' && node.meta.name === 'import') return 'import.meta'
  for (const child of childrenOf(node)) {
    const found = importMeta(child)
    if (found !== null) return found
  }
  return null
}

/** The relative module that a function imports; it would be searched from the working directory. */
export function relativeImport(node: AnyNode): string | null {
  if (node.type === 'ImportExpression' && node.source.type === 'Literal') {
    const { value } = node.source
    if (typeof value === 'string' && /^\.\.?\//.test(value)) return value
  }
  for (const child of childrenOf(node)) {
    const found = relativeImport(child)
    if (found !== null) return found
  }
  return null
}

function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node) as unknown[]) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof item === 'object' && item !== null && 'type' in item && 'start' in item) yield item as AnyNode
    }
  }
}
