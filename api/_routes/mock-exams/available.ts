import { AvailableExamsInput, listAvailableExams } from '../../../src/exams/available.ts';
import { success } from '../../../src/http/envelope.ts';
import { endpoint, route } from '../../../src/http/route.ts';

/** GET /api/mock-exams/available */
export default route('student', {
  GET: endpoint({
    input: AvailableExamsInput,
    limit: 'available',
    async run(app, input) {
      return success(await listAvailableExams(await app.deps(), input));
    },
  }),
});
