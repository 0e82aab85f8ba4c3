import { type BenchRun, describeMachine } from './bench-run.ts';
import { endpointTable, goalTable, hitRateTable, mixTable, rushTable, rushTroubles } from './tables.ts';

const SETTING =
  'HubSpot: 100 ms a read, 200 ms a write; 190 calls and 150 association calls in 10 s, 4 searches a second; ' +
  'associations and rollups 2 s late, search 5 s.';

/** The whole run as text for a terminal. */
export function describeRun(run: BenchRun): string {
  const ours = run.mixes.find(({ contestant }) => contestant === 'ours');
  const sections = [
    section('One request at a time', run.endpoints, () => endpointTable(run)),
    section('Rush', run.rushes, () => [rushTable(run), ...rushTroubles(run)].join('\n')),
    section('Steady mix (the others without rate limits)', run.mixes, () => mixTable(run)),
    ours ? section('Cache in the steady mix', ours.hitRates, () => hitRateTable(ours)) : [],
    section('Goals', ['always'], () => goalTable(run)),
  ];
  return [describeMachine(run), SETTING, ...sections.flat()].join('\n\n');
}

function section(title: string, results: readonly unknown[], table: () => string): string[] {
  return results.length === 0 ? [] : [`## ${title}\n\n${table()}`];
}
