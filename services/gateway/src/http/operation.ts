import type { z } from 'zod';
import { z as zod } from 'zod';

/** What a successful answer is. */
export type Answer =
  | { readonly kind: 'json'; readonly schema: z.ZodType }
  /** JSON, or server-sent events when the request asks for them. */
  | { readonly kind: 'json-or-events'; readonly schema: z.ZodType; readonly event: z.ZodType }
  | { readonly kind: 'bytes'; readonly type?: string };

/** Under this key a handler carries its operation. */
export const OPERATION_KEY = 'conch:operation';

/** One route: what it takes, what it answers, and what the documentation says of it. Checks, types and OpenAPI all come from here. */
export interface Operation<P extends z.ZodType = z.ZodType, Q extends z.ZodType = z.ZodType, B extends z.ZodType = z.ZodType> {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly answer: Answer;
  /** Whether it changes something that is kept, which the audit log then notes. */
  readonly changes: boolean;
  /** The body is a form that is read as a stream, so `body` only describes it. */
  readonly isMultipart: boolean;
  /** Answers without a key. */
  readonly isPublic: boolean;
  /**
   * What an Idempotency-Key does: the answer is `kept` and given again; or the handler sees to it in its `own` way; or it does nothing.
   */
  readonly idempotency: 'none' | 'kept' | 'own';
  /** Fields of the body that hold text for a model, which reads any; no other field may hold what cannot be kept or looked up. */
  readonly texts: readonly string[];
}

/** What a handler receives. */
export interface InputOf<O extends Operation> {
  readonly params: z.output<O['params']>;
  readonly query: z.output<O['query']>;
  readonly body: z.output<O['body']>;
}

const Nothing = zod.strictObject({});
const NoBody = zod.strictObject({}).nullish();

type Parts<P, Q, B> = Partial<{ params: P; query: Q; body: B } & Pick<Operation, 'isMultipart' | 'isPublic' | 'changes' | 'idempotency' | 'texts'>>;
type Heading = Pick<Operation, 'id' | 'method' | 'path' | 'tag' | 'summary' | 'answer'>;

/** Makes an operation; one without path parameters, query or body accepts none. What is not a GET changes something, unless it says otherwise; what a POST changes, it changes once for one Idempotency-Key. */
export function operation<P extends z.ZodType = typeof Nothing, Q extends z.ZodType = typeof Nothing, B extends z.ZodType = typeof NoBody>(
  parts: Heading & Parts<P, Q, B>,
): Operation<P, Q, B> {
  const changes = parts.changes ?? parts.method !== 'GET';
  return {
    params: Nothing as unknown as P,
    query: Nothing as unknown as Q,
    body: NoBody as unknown as B,
    isMultipart: false,
    isPublic: false,
    texts: [],
    changes,
    idempotency: changes && parts.method === 'POST' && parts.answer.kind === 'json' ? 'kept' : 'none',
    ...parts,
  };
}
