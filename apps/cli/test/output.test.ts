import { expect, test } from 'vitest'
import { withProgress } from '../src/output/progress'
import { table } from '../src/output/table'
import { plain, short } from '../src/output/text'

test('a table has columns and no lines; numbers stand to the right; wide characters count double', () => {
  expect(
    table(
      ['NAME', 'N'],
      [
        ['a', 1],
        ['日本', 1_000],
      ],
    ),
  ).toBe('NAME     N\na        1\n日本  1000\n')
  expect(table(['NAME'], [])).toBe('NAME\n')
})

test('what a name holds cannot steer the terminal', () => {
  expect(plain('\x1b[31mred\x07\r\x9b')).toBe('\\x1b[31mred\\x07\\x0d\\x9b')
  expect(plain('two\nlines\tand a tab')).toBe('two\nlines\tand a tab')
  expect(short('two\nlines', 6)).toBe('two l…')
  expect(table(['NAME'], [['\x1b]0;title']])).toBe('NAME\n\\x1b]0;title\n')
})

test('progress is shown on a terminal and nowhere else', async () => {
  const shown = async (errTerminal: boolean) => {
    const written: string[] = []
    const io = { errTerminal, err: (text: string) => void written.push(text) }
    const work = () => new Promise<string>((resolve) => setTimeout(() => resolve('done'), 200))
    expect(await withProgress(io, 'removing:', work, async () => '7 jobs left', 50)).toBe('done')
    return written
  }
  expect(await shown(false)).toEqual([])
  const written = await shown(true)
  expect(written[0]).toBe('\r\x1b[2Kremoving: 7 jobs left, 0s')
  expect(written.at(-1)).toBe('\r\x1b[2K')
})
