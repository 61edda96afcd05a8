import type { z } from 'zod';

/** The environment did not fit the schema; the message lists every problem, one a line. */
export class BadConfiguration extends Error {
  constructor(
    service: string,
    readonly problems: readonly string[],
  ) {
    super(`${service}: bad configuration\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'BadConfiguration';
  }
}

/** Reads a service's settings from its environment. Throws BadConfiguration with every problem at once. */
export function readConfig<S extends z.ZodType>(service: string, schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const key = issue.path.join('.');
    const isMissing = key !== '' && env[key] === undefined;
    return isMissing ? `${key}: missing` : `${key}: ${issue.message}`;
  });
  throw new BadConfiguration(service, problems);
}
