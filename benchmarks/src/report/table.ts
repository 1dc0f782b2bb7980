import type { Contestant } from '../contestant'
import type { Results } from '../results'
import type { Metric, Workload } from '../workload'

/**
 * One workload as a table: a row a contestant, a column a metric, and last how ours on the same server compares by the
 * first metric: above 1 ours is better, whichever way better is.
 */
export function table(workload: Workload, contestants: readonly Contestant[], results: Results): string {
  const [first] = workload.metrics
  if (!first) return ''
  const value = (contestant: Contestant, metric: Metric) => results.median(workload.name, contestant.name, metric.name)
  const header = ['', ...workload.metrics.map(heading), 'ours is better by']
  const rows = contestants.flatMap((contestant) => {
    const values = workload.metrics.map((metric) => value(contestant, metric))
    if (values.every((one) => one === null)) return []
    const ours = contestants.find((other) => other.kind === 'ours' && other.server === contestant.server)
    const ratio = ours && ours !== contestant ? against(first, value(ours, first), value(contestant, first)) : null
    return [[contestant.name, ...values.map(figure), ratio === null ? '' : `${figure(ratio)} x`]]
  })
  return `${workload.name}: ${workload.about}\n\n${aligned([header, ...rows])}\n`
}

function against(metric: Metric, ours: number | null, theirs: number | null): number | null {
  if (ours === null || theirs === null) return null
  return metric.better === 'more' ? ours / theirs : theirs / ours
}

function heading({ name, unit }: Metric): string {
  return `${name} (${unit})`
}

/** Three significant digits; thousands apart. */
export function figure(value: number | null): string {
  if (value === null) return '-'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return Number(value.toPrecision(3)).toString()
}

/** Rows as Markdown; the first is the header, the first column is text and the others are numbers. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const [header = [], ...body] = rows
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0), 3))
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, i) => (i === 0 ? (row[i] ?? '').padEnd(width) : (row[i] ?? '').padStart(width))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(header), rule, ...body.map(line)].join('\n')
}
