import { DomainError } from '@conch/errors';

/** The prompt does not fit the model's context window. */
export class ContextLengthExceeded extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'CONTEXT_LENGTH_EXCEEDED';

  constructor(reason: string) {
    super(`${reason} Shorten the messages.`, { param: 'messages' });
  }
}

/** A text has more tokens than the embedding model reads. */
export class TextTooLong extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'TEXT_TOO_LONG';

  constructor(
    readonly place: number,
    readonly tokens: string,
    readonly limit: number,
  ) {
    super(`input[${place}]: has ${tokens} tokens; the embedding model reads at most ${limit}. Cut the text into shorter ones.`, { param: `input[${place}]` });
  }

  /** The same refusal, told of a request whose texts from `start` on were sent. */
  countedFrom(start: number): TextTooLong {
    return new TextTooLong(start + this.place, this.tokens, this.limit);
  }
}

/** Every slot and every place in the queue is taken. */
export class ModelOverloaded extends DomainError {
  readonly kind = 'exhausted';
  readonly code = 'MODEL_OVERLOADED';

  constructor(model: string) {
    super(`The model '${model}' has more requests than it can queue. Try again in a moment.`, { facts: { model } });
  }
}

/** The engine refused a sampling parameter. */
export class SamplingRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'SAMPLING_REFUSED';
}

/** The model server or its Python process went away; the request may be sent again. */
export class ModelServerLost extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'MODEL_SERVER_LOST';

  constructor(reason: string, cause?: unknown) {
    super(`The model server stopped answering (${reason}); it is being brought back. Try again in a few seconds.`, { cause });
  }
}

/** The engine failed on this request. */
export class GenerationFailed extends DomainError {
  readonly kind = 'internal';
  readonly code = 'GENERATION_FAILED';

  constructor(cause: unknown) {
    super('The model failed to answer this request.', { cause });
  }
}
