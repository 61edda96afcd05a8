import { type Context, context } from '@opentelemetry/api';

interface StreamEnds {
  /** The consumer had everything, or went away before (`wasCut`). */
  readonly onEnd: (wasCut: boolean) => void;
  /** The producer threw; returns what the consumer gets to see. */
  readonly onFailure: (thrown: unknown) => unknown;
}

/**
 * A handler's stream, run in the call's trace, that tells how it ended. Written by hand: tokens flow through it one message each, and
 * a generator around a generator costs several turns of the microtask queue for every one of them.
 */
export class ObservedStream<T> implements AsyncIterableIterator<T> {
  private inner: AsyncIterator<T> | undefined;
  private isOver = false;

  constructor(
    private readonly produce: () => AsyncIterable<T>,
    private readonly trace: Context,
    private readonly ends: StreamEnds,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    return this.isOver ? Promise.resolve(DONE) : context.with(this.trace, this.step).then(this.onResult, this.onError);
  }

  async return(): Promise<IteratorResult<T>> {
    if (this.isOver) return DONE;
    this.isOver = true;
    try {
      await this.inner?.return?.();
    } finally {
      this.ends.onEnd(true);
    }
    return DONE;
  }

  private readonly step = (): Promise<IteratorResult<T>> => {
    try {
      this.inner ??= this.produce()[Symbol.asyncIterator]();
      return this.inner.next();
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what was thrown is passed on as it is
      return Promise.reject(error);
    }
  };

  private readonly onResult = (result: IteratorResult<T>): IteratorResult<T> => {
    if (result.done === true && !this.isOver) {
      this.isOver = true;
      this.ends.onEnd(false);
    }
    return result.done === true ? DONE : result;
  };

  private readonly onError = (thrown: unknown): never => {
    this.isOver = true;
    throw this.ends.onFailure(thrown);
  };
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
