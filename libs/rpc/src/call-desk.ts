import { type DomainError, Refusal } from '@conch/errors';
import { type Logger, type Metrics, inSpan } from '@conch/telemetry';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type ObserveCall, observeCalls } from './instruments.js';
import { ObservedStream } from './observed-stream.js';
import { type ReadHeader, ServedCall, type Transport } from './served-call.js';
import { TokenCheck } from './token.js';
import { toWire } from './wire.js';

/** Takes calls from both doors to their handlers in the same way: token, deadline, trace, metric, log, and the error that the caller sees. */
export class CallDesk {
  private readonly live = new Set<ServedCall>();
  private readonly token: TokenCheck;
  private readonly observe: ObserveCall;

  constructor(
    serviceToken: string,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.token = new TokenCheck(serviceToken);
    this.observe = observeCalls(metrics);
  }

  open(method: string, transport: Transport, read: ReadHeader): ServedCall {
    const call = new ServedCall(method, transport, read);
    this.live.add(call);
    return call;
  }

  /** Runs a handler that answers once. What it throws, and a refused token, arrive as the error to send. */
  async run<T>(call: ServedCall, presentedToken: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      this.token.verify(presentedToken);
      const answer = await inSpan(call.method, SpanKind.SERVER, call.trace, work);
      this.close(call, 'ok');
      return answer;
    } catch (thrown) {
      throw this.failed(call, thrown);
    }
  }

  /** Runs a handler that answers with a stream: one span and one measurement for all of it. */
  stream<T>(
    call: ServedCall,
    presentedToken: string | undefined,
    produce: () => AsyncIterable<T>,
    asThrown: (error: DomainError) => unknown,
  ): AsyncIterable<T> {
    const span = trace.getTracer('conch').startSpan(call.method, { kind: SpanKind.SERVER }, call.trace);
    const begin = (): AsyncIterable<T> => {
      this.token.verify(presentedToken);
      return produce();
    };
    return new ObservedStream(begin, trace.setSpan(call.trace, span), {
      onEnd: (wasCut) => {
        if (wasCut) call.end(CALLER_GONE);
        span.end();
        this.close(call, wasCut ? 'cancelled' : 'ok');
      },
      onFailure: (thrown) => {
        const error = this.failed(call, thrown);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message }).end();
        return asThrown(error);
      },
    });
  }

  /** Ends every call under way. */
  endAll(reason: DomainError): void {
    for (const call of this.live) call.end(reason);
  }

  private failed(call: ServedCall, thrown: unknown): DomainError {
    const error = toWire(thrown, call.context.signal);
    // What fails in a handler after its call was ended is nearly always the ending itself; told quietly, in case it was not.
    if (error.kind === 'internal' || error !== thrown) {
      const level = error.kind === 'internal' ? 'error' : 'debug';
      this.logger[level]({ err: thrown, method: call.method, requestId: call.context.requestId, projectId: call.context.projectId }, 'call failed');
    }
    this.close(call, error.kind);
    return error;
  }

  private close(call: ServedCall, outcome: string): void {
    call.close();
    if (this.live.delete(call)) this.observe(call.method, call.transport, outcome, call.seconds);
  }
}

/** Why a handler's signal aborts when its caller went away. */
export const CALLER_GONE = new Refusal('cancelled', 'CANCELLED', 'The caller went away before the answer was ready.');
