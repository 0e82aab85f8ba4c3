import type { CountWriterOptions } from '../consistency/count-writer.ts';
import type { HubSpotService } from '../hubspot/service.ts';
import type { ObjectType } from '../hubspot/types.ts';
import { countToProperties, EXAM_PROPERTIES, toExam } from '../records/exam.ts';
import type { RecordContext } from '../records/values.ts';
import { epochMs } from '../time/clock.ts';

/** Where the counts of exams are kept: on the exams themselves. One call each, together with others at the same time. */
export function countStore(
  hubspot: HubSpotService,
  exams: ObjectType,
  context: RecordContext,
): Pick<CountWriterOptions, 'read' | 'write'> {
  return {
    async read(examId) {
      const record = await hubspot.getObject(exams, examId, { properties: EXAM_PROPERTIES });
      if (!record) return null;
      const { totalBookings: total, updatedAtMs } = toExam(record, context);
      return { examId, total, updatedAtMs };
    },
    async write(examId, total, mayLeave) {
      const update = { id: examId, properties: countToProperties(total) };
      const { updatedAt } = await hubspot.updateObject(exams, update, { repeatable: true, mayLeave });
      return epochMs(updatedAt);
    },
  };
}
