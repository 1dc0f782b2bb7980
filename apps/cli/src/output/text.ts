/** All control characters but tab and line feed; by their codes, which is many times faster than \p{Cc}. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g

/** For a terminal: what a name or a message may hold must not move its cursor or colour it. */
export function plain(text: string): string {
  return text.replace(CONTROL, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

export function short(text: string, length: number): string {
  const line = plain(text).replaceAll('\n', ' ')
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
