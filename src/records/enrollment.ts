import type { HubSpotObject } from '../hubspot/types.ts';
import { type RecordContext, readerOf } from './values.ts';

/** HubSpot properties of an enrollment that this project reads. */
export const ENROLLMENT_PROPERTIES = ['enrollment_id', 'course_id', 'enrollment_status'] as const;

export interface Enrollment {
  /** HubSpot record id. */
  id: string;
  enrollmentId: string | null;
  courseId: string | null;
  status: string | null;
}

export function toEnrollment(
  record: HubSpotObject<(typeof ENROLLMENT_PROPERTIES)[number]>,
  context: RecordContext,
): Enrollment {
  const values = readerOf('enrollment', record, context);
  return {
    id: record.id,
    enrollmentId: values.text('enrollment_id'),
    courseId: values.text('course_id'),
    status: values.text('enrollment_status'),
  };
}

/** Search conditions for a contact's current enrollment. */
export function registeredEnrollmentOf(contactId: string) {
  return [
    { propertyName: 'contact_record_id', operator: 'EQ', value: contactId },
    { propertyName: 'enrollment_status', operator: 'EQ', value: 'Registered' },
  ] as const;
}
