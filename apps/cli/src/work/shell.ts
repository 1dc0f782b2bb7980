const LOOK_EVERY = 250

/**
 * npx and npm run a program in a shell, and the shell passes no signal on: SIGTERM for npx ends the shell, and only that.
 * Calls `gone` when it has ended, where npm started this process.
 */
export function onShellGone(env: Readonly<Record<string, string | undefined>>, gone: () => void): void {
  if (env.npm_command === undefined) return
  const shell = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    gone()
  }, LOOK_EVERY)
  timer.unref()
}
