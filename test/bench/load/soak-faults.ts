import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import type { Fault } from '../../../src/emulator/faults.ts';
import { SeededRandom } from '../../../src/emulator/seed/random.ts';
import { BOOKINGS } from '../contestants/shared.ts';

const CONTACTS = '0-1';

/** Writes are struck more often than reads: it is their answers that matter. */
const TARGETS = [
  { operation: /^objects\.(create|batchCreate)$/, objectType: BOOKINGS },
  { operation: /^objects\.(update|batchUpdate)$/, objectType: BOOKINGS },
  { operation: /^objects\.(update|batchUpdate)$/, objectType: CONTACTS },
  { operation: /^objects\.(update|batchUpdate)$/, objectType: CONTACTS },
  { operation: /^objects\.(get|batchRead)$/ },
  { operation: /^associations\./ },
];

/** A write is carried out at most this long after its answer was lost, in milliseconds. */
const LATEST_MS = 14_000;

/** Lets something go wrong every second or so. @returns how often it did. */
export async function trouble({ faults }: Emulator, seed: number, until: number): Promise<number> {
  const random = new SeededRandom(seed);
  let count = 0;
  while (Date.now() < until) {
    await sleep(random.between(500, 1500));
    faults.add({ fault: pickFault(random), ...random.pick(TARGETS), times: random.between(1, 2) });
    count += 1;
  }
  return count;
}

function pickFault(random: SeededRandom): Fault {
  const commitAfterMs = random.chance(0.3) ? 0 : random.between(100, LATEST_MS);
  const late = random.chance(0.7) ? { commitAfterMs } : {};
  return random.pick<Fault>([
    { kind: 'html', status: 504, ...late },
    { kind: 'status', status: 500, ...late },
    { kind: 'hang-up', ...late },
    { kind: 'hang', ...late },
    { kind: 'status', status: 429, body: { policyName: 'SECONDLY' } },
    { kind: 'slow', beforeMs: random.between(200, 2500), afterMs: random.between(0, 1500) },
    { kind: 'partial', category: 'INTERNAL_ERROR', inputs: 1, ...late },
  ]);
}
