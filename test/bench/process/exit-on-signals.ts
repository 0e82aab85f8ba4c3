/** Lets an interrupted command take its processes with it: they are killed when it exits, which a signal alone is not. */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
}
