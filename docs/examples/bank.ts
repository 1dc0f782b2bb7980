export class TooBusyError extends Error {}

/** Stands for whatever a handler talks to. */
export const bank = {
  ready: async () => true,
  charge: async (tenant: string, cents: number, _options: { signal: AbortSignal }) => `${tenant} paid ${cents}`,
}
