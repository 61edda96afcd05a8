import { MethodUnsupported, type Problem } from '../jobs/job.errors.js';
import type { Recipe, ReadRecipe } from './recipe.js';
import { readSupervised } from './supervised.js';

/** The ways of tuning that are there. */
const METHODS: ReadonlyMap<string, ReadRecipe> = new Map([['supervised', readSupervised]]);

/** Reads a job's `method`: a recipe, or everything that is wrong with it. A way that is not there is refused by itself. */
export function readMethod(json: string): { readonly recipe: Recipe } | { readonly problems: readonly Problem[] } {
  const method = parse(json);
  if (method === null) return { problems: [{ param: 'method', message: 'must be an object with a type, such as {"type":"supervised"}' }] };
  const { type, ...blocks } = method;
  if (type !== undefined && typeof type !== 'string')
    return { problems: [{ param: 'method.type', message: `must be a text: one of ${[...METHODS.keys()].join(', ')}` }] };
  const name = type ?? 'supervised';
  const read = METHODS.get(name);
  if (read === undefined) throw new MethodUnsupported(name, [...METHODS.keys()]);
  // A block of another type is what OpenAI's clients send as null.
  const strangers = Object.entries(blocks).filter(([key, value]) => key !== name && value !== null);
  const problems = strangers.map(([key]) => ({
    param: `method.${key.slice(0, 80).toWellFormed()}`,
    message: `does not belong to the type ${name}; give method.${name}`,
  }));
  const result = read(blocks[name], `method.${name}`);
  if ('problems' in result) return { problems: [...problems, ...result.problems] };
  return problems.length > 0 ? { problems } : result;
}

function parse(json: string): Readonly<Record<string, unknown>> | null {
  if (json === '') return {};
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
