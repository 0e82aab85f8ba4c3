import { CancelBookingInput, cancelBooking } from '../../../src/bookings/cancel.ts';
import { GetBookingInput, getBooking } from '../../../src/bookings/details.ts';
import { success } from '../../../src/http/envelope.ts';
import { endpoint, route } from '../../../src/http/route.ts';

/** GET and DELETE /api/bookings/{id} */
export default route('student', {
  GET: endpoint({
    input: GetBookingInput,
    limit: 'bookings',
    async run(app, input) {
      return success(await getBooking(await app.deps(), input), 'Successfully retrieved booking details');
    },
  }),
  DELETE: endpoint({
    input: CancelBookingInput,
    limit: 'bookings',
    async run(app, input) {
      return success(await cancelBooking(await app.deps(), input), 'Booking cancelled successfully');
    },
  }),
});
