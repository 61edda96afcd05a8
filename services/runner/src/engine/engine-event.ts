import { z } from 'zod';

const Truth = z.record(z.string(), z.unknown());

/** What the engine made; the last event of a run that succeeded. */
const Result = z.object({
  type: z.literal('result'),
  trained_tokens: z.number().int().nonnegative().default(0),
  /** Training steps of which metrics were kept. */
  steps: z.number().int().nonnegative().default(0),
  metrics_csv: z.string().default(''),
  /** An import's files: path inside the model, and where the bytes are. */
  weights: z.array(z.object({ path: z.string(), file: z.string() })).default([]),
  source: z.string().default(''),
  revision: z.string().default(''),
  truth: Truth,
  versions: z.record(z.string(), z.string()),
  seconds: z.record(z.string(), z.number()),
});

const Fault = z.object({ type: z.literal('fault'), code: z.string().regex(/^[A-Z][A-Z0-9_]*$/), message: z.string(), retryable: z.boolean() });

const EngineEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('phase'), phase: z.string() }),
  z.object({ type: z.literal('step'), step: z.number().int(), total_steps: z.number().int(), metrics: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('checkpoint'), step: z.number().int(), path: z.string() }),
  z.object({ type: z.literal('note'), level: z.enum(['info', 'warn', 'error']), message: z.string() }),
  Fault,
  Result,
]);

/** One line of the engine's events file. */
export type EngineEvent = z.output<typeof EngineEvent>;

/** What the engine made. */
export type EngineResult = z.output<typeof Result>;

/** Why the engine gave up. */
export type EngineFault = z.output<typeof Fault>;

/** Reads a line; null for one that is none of ours, such as a line that a crash cut off. */
export function readEngineEvent(line: string): EngineEvent | null {
  try {
    return EngineEvent.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
