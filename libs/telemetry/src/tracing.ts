import { type Context, type Span, SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Starts tracing: W3C trace context always travels; spans leave the process only when an OTLP/HTTP endpoint is given. */
export function startTracing(options: { service: string; otlpUrl?: string | undefined }): { shutdown(): Promise<void> } {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `conch-${options.service}` }),
    spanProcessors: options.otlpUrl === undefined ? [] : [new BatchSpanProcessor(new OTLPTraceExporter({ url: options.otlpUrl }))],
  });
  provider.register();
  return { shutdown: () => provider.shutdown() };
}

/** The current trace context as headers to send. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** The trace context that arrived in headers. */
export function contextFrom(headers: Readonly<Record<string, string>>): Context {
  return propagation.extract(context.active(), headers);
}

/** Runs work in a span of the given kind; a throw marks the span as failed. */
export async function inSpan<T>(name: string, kind: SpanKind, parent: Context, work: (span: Span) => Promise<T>): Promise<T> {
  const span = trace.getTracer('conch').startSpan(name, { kind }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
}
