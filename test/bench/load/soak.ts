import { setTimeout as sleep } from 'node:timers/promises';
import { trouble } from './soak-faults.ts';
import { breakThings } from './soak-outages.ts';
import { SoakStudent } from './soak-people.ts';
import { residentMb, setStage, SETTLED_AFTER_MS, type SoakOptions, type Stage } from './soak-stage.ts';
import { describeSoak, findFaults } from './soak-verdict.ts';

const SAMPLE_MS = 1000;
/** The first booking of a young instance waits for HubSpot's lag. */
const INSTANCE_AGE_MS = 3500;

/**
 * Lets students book and cancel for a while over a HubSpot that answers late or not at all, with an administrator at
 * work and webhooks about it, and then compares what HubSpot holds with what it should.
 * @returns whether all of it is right.
 */
export async function soak(options: SoakOptions): Promise<boolean> {
  const stage = await setStage(options);
  try {
    process.stdout.write(
      `soak of ${options.seconds} s on ${options.instances} instance(s)${options.redis ? ' over Redis' : ''}, seed ${options.seed}${options.properties ? ', with the two properties' : ''}\n\n`,
    );
    await sleep(INSTANCE_AGE_MS);
    const until = Date.now() + options.seconds * 1000;
    const people = stage.students.map((student, index) => new SoakStudent(stage, student, options.seed + index));
    const [memory, troubles, _broken] = await Promise.all([
      sampleMemory(stage, until),
      options.faults ? trouble(stage.emulator, options.seed, until) : 0,
      options.faults ? breakThings(stage, until) : undefined,
      ...people.map(async (person) => person.live(until)),
    ]);
    stage.emulator.faults.clear();
    await sleep(SETTLED_AFTER_MS);
    await stage.emulator.settled();
    const soaked = { stage, people, troubles, memory };
    const faults = await findFaults(soaked, options);
    process.stdout.write(`${describeSoak(soaked)}\n\n`);
    process.stdout.write(faults.length === 0 ? 'all is as it should be\n' : `WRONG:\n${faults.join('\n')}\n`);
    return faults.length === 0;
  } finally {
    await stage.stop();
  }
}

async function sampleMemory({ apis }: Stage, until: number): Promise<number[][]> {
  const samples = apis.map((): number[] => []);
  while (Date.now() < until) {
    for (const [index, api] of apis.entries()) {
      const megabytes = residentMb(api);
      if (megabytes !== undefined) samples[index]?.push(megabytes);
    }
    await sleep(SAMPLE_MS);
  }
  return samples;
}
