import { createBooking } from '../../../src/bookings/create.ts';
import { CreateBookingInput } from '../../../src/bookings/create-input.ts';
import { success } from '../../../src/http/envelope.ts';
import { readIdempotencyKey } from '../../../src/http/input.ts';
import { endpoint, route } from '../../../src/http/route.ts';

/** POST /api/bookings/create */
export default route('student', {
  POST: endpoint({
    input: CreateBookingInput,
    limit: 'bookings',
    async run(app, input, request) {
      const { value, repeated } = await createBooking(await app.deps(), input, readIdempotencyKey(request));
      const data = repeated ? { ...value, idempotent_request: true } : value;
      return { ...success(data, 'Booking created successfully'), status: repeated ? 200 : 201 };
    },
  }),
});
