import type pg from 'pg'

/** Ends a connection that does not answer: a polite end would wait for it. */
export function destroy(client: pg.ClientBase): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy?(): void } } }
  connection?.stream?.destroy?.()
}
