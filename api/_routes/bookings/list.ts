import { ListBookingsInput, listBookings } from '../../../src/bookings/list.ts';
import { success } from '../../../src/http/envelope.ts';
import { endpoint, route } from '../../../src/http/route.ts';

/** GET /api/bookings/list */
export default route('student', {
  GET: endpoint({
    input: ListBookingsInput,
    limit: 'bookings',
    async run(app, input) {
      const list = await listBookings(await app.deps(), input);
      return success(list, `Successfully retrieved ${list.bookings.length} bookings`);
    },
  }),
});
