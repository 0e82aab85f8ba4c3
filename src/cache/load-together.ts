import { currentContext } from '../request/context.ts';

/** Loads many ids at once: a value or an error for each. */
export type LoadMany<T> = (ids: readonly string[]) => Promise<ReadonlyMap<string, T | Error>>;

interface Batch<T> {
  ids: string[];
  loaded: Promise<ReadonlyMap<string, T | Error>>;
}

/**
 * Runs `fetchOne` for every id, giving each a load of its own; the loads that are really made are made together. What
 * students wait for does not travel with refreshes in the background, whose turn and whose deadline come later.
 * @returns a value or an error for each id.
 */
export async function loadTogether<T>(
  ids: Iterable<string>,
  loadMany: LoadMany<T>,
  fetchOne: (id: string, load: () => Promise<T>) => Promise<T>,
): Promise<Map<string, T | Error>> {
  const gathering = new Map<string | undefined, Batch<T>>();
  const join = async (id: string) => {
    const priority = currentContext()?.priority;
    const batch = gathering.get(priority) ?? begin(priority);
    batch.ids.push(id);
    return batch.loaded;
  };
  const begin = (priority: string | undefined): Batch<T> => {
    const asked: string[] = [];
    // The batch leaves once every id has had its turn to ask for it; whoever asks later asks anew.
    const loaded = Promise.resolve().then(async () => {
      gathering.delete(priority);
      return loadMany(asked);
    });
    const batch = { ids: asked, loaded };
    gathering.set(priority, batch);
    return batch;
  };
  const outcomes = [...new Set(ids)].map(async (id): Promise<[string, T | Error]> => {
    const load = async () => {
      const value = (await join(id)).get(id);
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

/** The values of ids that were loaded together. @throws the error of the first that could not be loaded. */
export function requireAll<T>(loaded: ReadonlyMap<string, T | Error>): Map<string, T> {
  const values = new Map<string, T>();
  for (const [id, value] of loaded) {
    if (value instanceof Error) throw value;
    values.set(id, value);
  }
  return values;
}
