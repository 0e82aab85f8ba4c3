import { ROOT_CONTEXT, type Context, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ServedRequest } from '../observability/telemetry.ts';

/** Makes a span of each request, with a child for whatever it waited for: HubSpot's calls among it. */
export class Traces {
  readonly #provider: TracerProvider;
  readonly #processor: BatchSpanProcessor;
  readonly #ids = new KnownTraceIds();

  constructor(resource: Resource, exporter: SpanExporter) {
    this.#processor = new BatchSpanProcessor({ exporter });
    this.#provider = new TracerProvider({ resource, idGenerator: this.#ids, spanProcessors: [this.#processor] });
  }

  take({ method, route, status, code, endedAtMs, durationMs, context }: ServedRequest): void {
    const tracer = this.#provider.getTracer('mocks-booking-api');
    const begunAtMs = endedAtMs - durationMs;
    this.#ids.next = context.trace.traceId;
    const attributes = {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      'request.id': context.requestId,
      ...(code ? { 'error.type': code } : {}),
    };
    const options = { kind: SpanKind.SERVER, startTime: begunAtMs, attributes };
    const server = tracer.startSpan(`${method} ${route}`, options, parentOf(context.trace));
    if (status >= 500) server.setStatus({ code: SpanStatusCode.ERROR });
    const within = trace.setSpan(ROOT_CONTEXT, server);
    for (const { kind, detail, startMs, endMs } of context.usage.spans) {
      const at = (ms: number) => begunAtMs + (ms - context.startedAtMs);
      const isCall = kind === 'hubspot';
      const child = tracer.startSpan(
        isCall ? `hubspot ${detail ?? ''}` : [kind, detail].filter(Boolean).join(' '),
        { kind: isCall ? SpanKind.CLIENT : SpanKind.INTERNAL, startTime: at(startMs) },
        within,
      );
      child.end(at(endMs ?? context.startedAtMs + durationMs));
    }
    server.end(endedAtMs);
  }

  async flush(): Promise<void> {
    await this.#processor.forceFlush();
  }
}

/** The caller's span, where it has named one. */
function parentOf({ traceId, parentSpanId }: ServedRequest['context']['trace']): Context {
  if (parentSpanId === undefined) return ROOT_CONTEXT;
  const spanContext = { traceId, spanId: parentSpanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

/** A trace is known by the id that the log has. */
class KnownTraceIds extends RandomIdGenerator {
  next = '';
  override readonly generateTraceId = (): string => this.next;
}
