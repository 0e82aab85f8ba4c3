import { z } from 'zod';

const count = (what: string) => z.int().describe(what);
const exam = {
  examId: z.string().describe('HubSpot record id of the session'),
  examDate: z.string().nullable().describe('YYYY-MM-DD'),
  mockType: z.string().describe('Type of the exam'),
};

const Correction = z.strictObject({
  ...exam,
  previousCount: count('What HubSpot held'),
  actualCount: count('What was counted'),
  difference: count('By how much it was wrong'),
  needsUpdate: z.boolean().describe('Whether it was wrong'),
  updated: z.boolean().describe('Whether it is written'),
});

export const SyncedCapacity = z.union([
  z.strictObject({ synced: z.literal(0), message: z.string() }),
  z.strictObject({
    summary: z.strictObject({
      processed: count('Sessions in all'),
      successful: count('Those that were counted'),
      failed: count('Those that were not, or not written'),
      updated: count('Counts that were corrected'),
      wouldUpdate: count('Counts that a live run would correct'),
      unchanged: count('Counts that were right'),
      totalCorrections: count('Sum of the differences'),
    }),
    mode: z.enum(['live', 'dry_run']),
    results: z.strictObject({
      updated: z.array(Correction),
      wouldUpdate: z.array(Correction),
      unchanged: z.array(z.strictObject({ ...exam, count: count('Seats taken') })),
      failed: z.array(z.strictObject({ examId: exam.examId, error: z.string().describe('Why') })),
      overbooked: z.array(
        z.strictObject({ ...exam, capacity: count('Seats'), actualCount: count('Bookings that hold one') }),
      ),
    }),
  }),
]);

export const SyncedEvents = z.strictObject({
  processed: count('Events received'),
  updatedExams: count('Sessions whose count was corrected').optional(),
  failedUpdates: count('Sessions of which that failed for good').optional(),
  message: z.string(),
});

export const Invalidated = z.strictObject({
  processed: count('Events received'),
  invalidated: count('Cached values that were dropped'),
});

export const Settled = z.strictObject({
  success: z.literal(true),
  settled: count('Bookings and cancellings that were carried to their end meanwhile'),
  open: count('Those that are still open').optional(),
  oldestSeconds: count('Age of the oldest of them, in seconds').optional(),
});

export const Warmed = z.strictObject({
  success: z.literal(true),
  sessions: z.record(z.string(), z.int()).describe('Sessions that were read, by type'),
  counted: count('Sessions whose seats were counted'),
  contacts: count('Contacts that were read'),
});

export const Health = z.looseObject({
  status: z.enum(['healthy', 'degraded']),
  timestamp: z.string().describe('Time of the answer, ISO 8601'),
  service: z.literal('mocks-booking-api'),
  checked_at: z.string().optional().describe('When HubSpot was asked last, with deep=true'),
});

export const Session = z.strictObject({ expires_at: z.string().optional().describe('ISO 8601') });
