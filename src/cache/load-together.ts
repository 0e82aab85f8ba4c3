/** Loads many ids at once: a value or an error for each. */
export type LoadMany<T> = (ids: readonly string[]) => Promise<ReadonlyMap<string, T | Error>>;

/**
 * Runs `fetchOne` for every id, giving each a load of its own; the loads that are really made are made together.
 * @returns a value or an error for each id.
 */
export async function loadTogether<T>(
  ids: Iterable<string>,
  loadMany: LoadMany<T>,
  fetchOne: (id: string, load: () => Promise<T>) => Promise<T>,
): Promise<Map<string, T | Error>> {
  const asked: string[] = [];
  let batch: Promise<ReadonlyMap<string, T | Error>> | undefined;
  // The batch begins once every id has had its turn to ask for it.
  const together = async () => (batch ??= Promise.resolve().then(async () => loadMany(asked)));
  const outcomes = [...new Set(ids)].map(async (id): Promise<[string, T | Error]> => {
    const load = async () => {
      asked.push(id);
      const value = (await together()).get(id);
      if (value === undefined) throw new Error(`${id} was not loaded`);
      if (value instanceof Error) throw value;
      return value;
    };
    try {
      return [id, await fetchOne(id, load)];
    } catch (error) {
      return [id, error instanceof Error ? error : new Error(String(error))];
    }
  });
  return new Map(await Promise.all(outcomes));
}
