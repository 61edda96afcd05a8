import { Refusal } from '@conch/errors';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Where in the request a schema looked. */
export type InputPlace = 'body' | 'query' | 'path';

const MAX_TOLD = 5;
/** Longer than any text of ours, the lists of choices included; what is longer repeats the request. */
const LONGEST_TEXT = 500;
const LONGEST_PATH = 200;

/** Turns a failed check into one refusal: the first problem names the parameter, the message lists the first few. */
export function refusalFor(error: z.ZodError, place: InputPlace): Refusal {
  const problems = error.issues.flatMap((issue) => tell(issue, []));
  const [first] = problems;
  const more = problems.length > MAX_TOLD ? ` (and ${problems.length - MAX_TOLD} more)` : '';
  const message = problems
    .slice(0, MAX_TOLD)
    .map((problem) => clipped(problem.text, LONGEST_TEXT))
    .join(' ');
  const param = first?.path === '' || first === undefined ? place : clipped(first.path, LONGEST_PATH);
  return new Refusal('invalid', first?.code ?? 'INVALID_VALUE', message + more, { param });
}

/** A refusal is to be read, so it repeats little of a request. */
export function clipped(text: string, longest: number = LONGEST_PATH): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}

interface Problem {
  readonly path: string;
  readonly code: string;
  readonly text: string;
}

function tell(issue: Issue, parents: readonly PropertyKey[]): Problem[] {
  const at = [...parents, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(clipped(pathText([...at, key]))));
  if (issue.code === 'invalid_union') {
    const closest = closestBranch(issue.errors);
    if (closest !== null) return closest.flatMap((inner) => tell(inner, at));
  }
  const path = clipped(pathText(at));
  const where = path === '' ? 'the request body' : `'${path}'`;
  if (isMissing(issue)) {
    return [{ path, code: 'MISSING_REQUIRED_PARAMETER', text: path === '' ? 'A JSON body is required.' : `Missing required parameter: ${where}.` }];
  }
  const code = codeOf(issue);
  const reason = issue.message.replace(/^Invalid (?:input|option): /, '').replace(/\.$/, '');
  return [
    { path, code, text: code === 'UNSUPPORTED_PARAMETER' ? `${reason}.` : path === '' ? `The request is invalid: ${reason}.` : `Invalid ${where}: ${reason}.` },
  ];
}

/** Of a missing choice only the input tells that it is missing, so checks are to report it. */
function isMissing(issue: Issue): boolean {
  if (issue.message.endsWith('received undefined')) return true;
  return issue.code === 'invalid_value' && 'input' in issue && issue.input === undefined;
}

function unknownField(path: string): Problem {
  return { path, code: 'UNKNOWN_PARAMETER', text: `Unknown parameter: '${path}'. Leave it out; nothing here would heed it.` };
}

/** Of a union's branches, the one that the value came nearest to: it failed deepest, then on the fewest points. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const depth = (branch: readonly Issue[]): number => Math.max(...branch.map((issue) => issue.path.length + (issue.code === 'invalid_type' ? 0 : 1)));
  const sorted = branches.filter((branch) => branch.length > 0).toSorted((a, b) => depth(b) - depth(a) || a.length - b.length);
  return sorted[0] ?? null;
}

function codeOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return 'INVALID_TYPE';
  if (issue.code === 'custom' && typeof issue.params?.['code'] === 'string') return issue.params['code'];
  return 'INVALID_VALUE';
}

/** A path as a person writes it: `messages[1].role`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}
