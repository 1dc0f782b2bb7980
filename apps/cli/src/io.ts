/** What a command sees of the world around it. */
export interface Io {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Standard output is a terminal. */
  readonly terminal: boolean
  /** Standard error is a terminal: progress may be shown there. */
  readonly errTerminal: boolean
  /** Resolves when the text is taken, so that a long listing does not pile up in memory. */
  out(text: string): Promise<void>
  err(text: string): void
  input(): Promise<string>
}
