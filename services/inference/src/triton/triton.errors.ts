import { DomainError } from '@conch/errors';

/** The prompt does not fit the model's context window. */
export class ContextLengthExceeded extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'CONTEXT_LENGTH_EXCEEDED';

  constructor(
    readonly reason: string,
    input: 'messages' | 'prompt' = 'messages',
  ) {
    super(`${reason} Shorten the ${input}.`, { param: input });
  }

  /** The same refusal in the words of what the caller sent; the engine knows of texts alone. */
  of(input: 'messages' | 'prompt'): ContextLengthExceeded {
    return new ContextLengthExceeded(this.reason, input);
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

/** The engine's names for what a caller may set; its other names are those of its own tensors. */
const PARAMETERS: ReadonlySet<string> = new Set([
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'seed',
  'stop',
  'presence_penalty',
  'frequency_penalty',
  'repetition_penalty',
  'ignore_eos',
]);

/** The engine refused a sampling parameter. */
export class SamplingRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'SAMPLING_REFUSED';

  /** `reason` begins with the parameter's name. */
  constructor(reason: string) {
    const name = reason.slice(0, Math.max(0, reason.indexOf(':')));
    super(reason, PARAMETERS.has(name) ? { param: name } : {});
  }
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
