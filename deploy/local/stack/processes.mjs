import { nats } from './nats.mjs';
import { postgres } from './postgres.mjs';
import { services } from './services.mjs';
import { triton } from './triton.mjs';

/**
 * Every process of a stack, each after those it needs. With `only`, just the named ones; what they would wait for and is not named is
 * not waited for.
 * @param {import('./context.mjs').StackContext} context
 * @param {string[]} [only]
 * @returns {import('./context.mjs').StackProcess[]}
 */
export function stackProcesses(context, only) {
  const all = [postgres(context), nats(context), triton(context), ...services(context)];
  if (only === undefined) return all;
  const unknown = only.filter((name) => !all.some((process) => process.name === name));
  if (unknown.length > 0) throw new Error(`The stack has no process "${unknown.join('", "')}"; it has: ${all.map(({ name }) => name).join(', ')}.`);
  return all.filter(({ name }) => only.includes(name)).map((process) => ({ ...process, after: process.after.filter((name) => only.includes(name)) }));
}
