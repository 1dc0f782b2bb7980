const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

export const count = (value: number) => integer.format(value)

const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const

export function size(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1)
  return `${(bytes / 1_024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`
}

export const seconds = (value: number) => `${value.toFixed(1)} s`

export const percent = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`)

/** Rows under a title, in columns; a column of numbers, its heading aside, stands to the right. */
export function table(title: string, rows: readonly (readonly string[])[]): string {
  const columns = Array.from({ length: Math.max(...rows.map((row) => row.length)) }, (_, n) => {
    const cells = rows.map((row) => row[n] ?? '')
    return { width: Math.max(...cells.map((cell) => cell.length)), right: cells.slice(1).every(isNumber) }
  })
  const line = (row: readonly string[]) =>
    columns.map(({ width, right }, n) => (right ? (row[n] ?? '').padStart(width) : (row[n] ?? '').padEnd(width)))
  return ['', title, ...rows.map((row) => `  ${line(row).join('  ')}`.trimEnd())].join('\n')
}

const isNumber = (cell: string) => /^\d/.test(cell)
