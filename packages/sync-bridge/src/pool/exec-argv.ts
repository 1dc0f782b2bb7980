/** Of what this process was started with what a thread can be started with too: not a program on the command line. */
export function inheritable(args: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string
    if (/^(-e|-p|-pe|--eval|--print)$/.test(arg)) i++
    else if (!/^--(input-type|eval|print)(=|$)/.test(arg)) kept.push(arg)
  }
  return kept
}
