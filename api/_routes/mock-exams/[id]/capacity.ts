import { GetCapacityInput, getCapacity } from '../../../../src/exams/capacity.ts';
import { success } from '../../../../src/http/envelope.ts';
import { endpoint, route } from '../../../../src/http/route.ts';

/** GET /api/mock-exams/{id}/capacity, polled every 2 s. */
export default route('student', {
  GET: endpoint({
    input: GetCapacityInput,
    limit: 'capacity',
    async run(app, input) {
      return success(await getCapacity(await app.deps(), input));
    },
  }),
});
