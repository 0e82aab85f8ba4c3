import { ValidateCreditsInput, validateCredits } from '../../../src/credits/validate.ts';
import { success } from '../../../src/http/envelope.ts';
import { endpoint, route } from '../../../src/http/route.ts';

/** POST /api/mock-exams/validate-credits */
export default route('student', {
  POST: endpoint({
    input: ValidateCreditsInput,
    limit: 'validateCredits',
    async run(app, input) {
      const credits = await validateCredits(await app.deps(), input);
      return success(credits, credits.eligible ? 'Credit validation successful' : 'Insufficient credits');
    },
  }),
});
