import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import OpenAI from 'openai';
import { z } from 'zod';

/** The repository. */
export const ROOT = join(import.meta.dirname, '..', '..');

const Connection = z.object({ baseURL: z.url(), apiKey: z.string(), stateDir: z.string() });

/** Where a running stack is reached, and where it keeps its state. */
export type Connection = z.output<typeof Connection>;

/** The stack that the suite's global set-up started. */
export function suiteStack(): Connection {
  const told = process.env['CONCH_TEST_CONNECTION'];
  if (told === undefined) throw new Error('no stack is running for this suite; its global set-up starts one');
  return Connection.parse(JSON.parse(told));
}

/** The unmodified SDK, pointed at a stack; it does not retry, so that a test sees every answer. */
export function sdkFor(stack: Connection, maxRetries = 0): OpenAI {
  return new OpenAI({ baseURL: stack.baseURL, apiKey: stack.apiKey, maxRetries, timeout: 120_000 });
}

/** Looks again and again until something is there; fails with the last thing seen when time is up. */
export async function eventually<T>(what: string, timeoutMs: number, look: () => Promise<T | null>, pauseMs = 200): Promise<T> {
  const giveUpAt = Date.now() + timeoutMs;
  let last: unknown = null;
  while (Date.now() < giveUpAt) {
    try {
      const found = await look();
      if (found !== null) return found;
      last = null;
    } catch (thrown) {
      // Part of what these tests do is to take services away; what still fails at the end is told.
      last = thrown;
    }
    await delay(pauseMs);
  }
  throw new Error(`${what} did not come within ${timeoutMs / 1_000} s`, { cause: last });
}

/** A sample that the repository ships. */
export function sample(name: string): string {
  return join(ROOT, 'samples', name);
}

/** A sample that is JSON, read. */
export function readSample<T>(name: string, schema: z.ZodType<T>): T {
  const path = sample(name);
  if (!existsSync(path)) throw new Error(`there is no sample ${path}`);
  return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
