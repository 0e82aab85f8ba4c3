/** What the benchmark asks of any booking API: of this one over HTTP, and of the two it is compared with. */
export interface Operations {
  listBookings: (login: Login) => Promise<unknown>;
  bookingDetails: (login: Login, id: string) => Promise<unknown>;
  availableExams: (mockType: string, realtime: boolean) => Promise<unknown>;
  examCapacity: (id: string) => Promise<unknown>;
  validateCredits: (login: Login, mockType: string) => Promise<unknown>;
  createBooking: (wish: BookingWish) => Promise<unknown>;
  cancelBooking: (login: Login, id: string) => Promise<unknown>;
  syncCapacity: () => Promise<unknown>;
  bookingEvents: (events: readonly { objectId: number }[]) => Promise<unknown>;
}

export interface Login {
  student_id: string;
  email: string;
}

/** The body of a booking request. */
export interface BookingWish extends Login {
  mock_exam_id: string;
  contact_id: string;
  name: string;
  mock_type: string;
  exam_date: string;
}

/** An answer that is no success, as the API's contract words it. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

export const AUTH_FAILED = () => new Refusal(401, 'AUTH_FAILED');
export const STUDENT_NOT_FOUND = () => new Refusal(404, 'STUDENT_NOT_FOUND');
export const EXAM_FULL = () => new Refusal(400, 'EXAM_FULL');
export const DUPLICATE_BOOKING = () => new Refusal(400, 'DUPLICATE_BOOKING');
export const INSUFFICIENT_CREDITS = () => new Refusal(400, 'INSUFFICIENT_CREDITS');

/** Answers the API's URLs from `operations`, in the API's envelope. */
export function serveOperations(operations: Operations): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      const data = await run(operations, request);
      const status = new URL(request.url).pathname === '/api/bookings/create' ? 201 : 200;
      return Response.json({ success: true, message: 'Success', data }, { status });
    } catch (error) {
      const { status, code } = error instanceof Refusal ? error : { status: 500, code: 'ERROR' };
      return Response.json({ success: false, error: 'An error occurred', code }, { status });
    }
  };
}

async function run(operations: Operations, request: Request): Promise<unknown> {
  const { pathname, searchParams: query } = new URL(request.url);
  const path = pathname.replace('/api/', '');
  const login = { student_id: query.get('student_id') ?? '', email: query.get('email') ?? '' };
  const [, id = ''] = /(\d+)(?:\/capacity)?$/.exec(path) ?? [];
  const body = async <T>() => (await request.json()) as T;
  switch (path.replace(/\d+/, '{id}')) {
    case 'bookings/list':
      return operations.listBookings(login);
    case 'bookings/create':
      return operations.createBooking(await body<BookingWish>());
    case 'bookings/{id}':
      if (request.method === 'DELETE') return operations.cancelBooking(await body<Login>(), id);
      return operations.bookingDetails(login, id);
    case 'mock-exams/available':
      return operations.availableExams(query.get('mock_type') ?? '', query.get('realtime') === 'true');
    case 'mock-exams/{id}/capacity':
      return operations.examCapacity(id);
    case 'mock-exams/validate-credits': {
      const { student_id, email, mock_type: mockType } = await body<Login & { mock_type: string }>();
      return operations.validateCredits({ student_id, email }, mockType);
    }
    case 'mock-exams/sync-capacity':
      return operations.syncCapacity();
    case 'webhooks/booking-sync':
      return operations.bookingEvents(await body<{ objectId: number }[]>());
    default:
      throw new Refusal(404, 'NOT_FOUND');
  }
}
