import type { Suite } from '../suite'
export function schedulersTogether(_: Suite): void {}
