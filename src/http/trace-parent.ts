import type { TraceParent } from '../request/context.ts';

/** `traceparent` of version 00 [W3C Trace Context]: version, trace, the caller's span, flags. */
const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** The trace a caller wants a request to belong to; undefined when it names none that can be read. */
export function readTraceParent(headers: Headers): TraceParent | undefined {
  const [, traceId = '', parentSpanId = ''] = TRACE_PARENT.exec(headers.get('traceparent')?.trim() ?? '') ?? [];
  return /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(parentSpanId) ? { traceId, parentSpanId } : undefined;
}
