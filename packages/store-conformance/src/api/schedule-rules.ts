import type { Suite } from '../suite'
export function scheduleRules(_: Suite): void {}
