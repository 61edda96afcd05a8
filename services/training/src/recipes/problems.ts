import type { z } from 'zod';
import type { Problem } from '../jobs/job.errors.js';

/** What a schema found, each with the path of its field below `path`; an unknown key is named by its own path. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], path: string, known: (at: string) => readonly string[]): Problem[] {
  return issues.flatMap((issue) => {
    const at = [path, ...issue.path.map(String)].join('.');
    if (issue.code !== 'unrecognized_keys') return [{ param: at, message: issue.message }];
    return issue.keys.map((key) => ({ param: `${at}.${key.slice(0, 80).toWellFormed()}`, message: `is not known here; known are ${known(at).join(', ')}` }));
  });
}
