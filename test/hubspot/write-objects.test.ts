import { describe, expect, it } from 'vitest';
import { createEmulated, MOCK_EXAMS } from '../support/hubspot.ts';

describe.each(['v3', '2026-09'])('batchUpdateObjects on %s', (version) => {
  it('writes in batches and says by id what happened', async () => {
    const { clock, hubspot, account, emulator } = createEmulated({
      HUBSPOT_API_VERSION: version,
      HUBSPOT_BATCH_LIMIT: '2',
    });
    const exams = [1, 2, 3].map(() => account.exam());
    const updates = [...exams, '999'].map((id) => ({ id, properties: { total_bookings: '9' } }));
    const written = await clock.run(async () => hubspot.batchUpdateObjects(MOCK_EXAMS, updates));
    expect([...written.results.keys()]).toEqual(exams);
    expect(written.results.get(exams[0] ?? '')?.updatedAt).toBe(new Date(clock.now()).toISOString());
    expect([...written.missing]).toEqual(['999']);
    expect(exams.map((id) => account.values('mock_exams', id)['total_bookings'])).toEqual(['9', '9', '9']);
    expect(emulator.log.calls).toHaveLength(2);
  });
});
