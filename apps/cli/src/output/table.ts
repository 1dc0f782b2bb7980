import Table from 'cli-table3'
import { short } from './text'

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right'].flatMap((side) => [
    [side, ''],
    [`${side}-mid`, ''],
    [`${side}-left`, ''],
    [`${side}-right`, ''],
  ]),
)

/** Columns without lines, for people and for grep alike; numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const aligns = head.map((_, i) => (rows.some((row) => typeof row[i] === 'number') ? 'right' : 'left'))
  const drawn = new Table({
    head: [...head],
    colAligns: aligns as ('left' | 'right')[],
    chars: { ...NO_LINES, mid: '', 'mid-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  drawn.push(...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell : short(cell, 60)))))
  const lines = drawn.toString().split('\n')
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}
