/** What this process was started with, for child processes: not its program, where that stood on the command line. */
export function processArgv(args: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string
    if (isProgram(arg)) i++
    // A debugger's port is taken by this process.
    else if (!/^--(input-type|eval|print|inspect[a-z-]*)(=|$)/.test(arg)) kept.push(arg)
  }
  return kept
}

/**
 * The same for threads: undefined, since Node itself hands on what a thread can have; but it would hand on the program too.
 * Then what loads modules is kept, for many other options are refused.
 */
export function threadArgv(args: readonly string[]): string[] | undefined {
  if (!args.some((arg) => isProgram(arg) || /^--(input-type|eval|print)=/.test(arg))) return undefined
  const kept: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string
    if (/^(-r|-C|--(import|require|loader|experimental-loader|conditions))$/.test(arg))
      kept.push(arg, args[++i] as string)
    else if (/^--(import|require|loader|experimental-loader|conditions)=/.test(arg)) kept.push(arg)
  }
  return kept
}

function isProgram(arg: string): boolean {
  return /^(-e|-p|-pe|--eval|--print)$/.test(arg)
}
