import type { Suite } from '../suite'
export function schedulesAsSeen(_: Suite): void {}
