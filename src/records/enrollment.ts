import type { HubSpotObject } from '../hubspot/types.ts';

/** HubSpot properties of an enrollment that this project reads. */
export const ENROLLMENT_PROPERTIES = ['enrollment_id', 'course_id', 'enrollment_status'] as const;

export interface Enrollment {
  /** HubSpot record id. */
  id: string;
  enrollmentId: string | null;
  courseId: string | null;
  status: string | null;
}

export function toEnrollment({ id, properties }: HubSpotObject<(typeof ENROLLMENT_PROPERTIES)[number]>): Enrollment {
  return {
    id,
    enrollmentId: properties.enrollment_id,
    courseId: properties.course_id,
    status: properties.enrollment_status,
  };
}

/** Search conditions for a contact's current enrollment. */
export function registeredEnrollmentOf(contactId: string) {
  return [
    { propertyName: 'contact_record_id', operator: 'EQ', value: contactId },
    { propertyName: 'enrollment_status', operator: 'EQ', value: 'Registered' },
  ] as const;
}
