import { describe, expect, it } from '@jest/globals';
import { type Rounds, TrainingLoops } from './training-loops.js';

describe(TrainingLoops.name, () => {
  it('schedules although what comes before it fails, and says what failed', async () => {
    const done: string[] = [];
    const failures: unknown[] = [];
    const fails = (name: string) => ({
      execute: async (): Promise<never> => {
        done.push(name);
        throw new Error(name);
      },
    });
    const works = (name: string) => ({
      execute: async () => {
        done.push(name);
      },
      settle: async () => undefined,
    });
    const rounds = {
      ...{ expire: fails('expire'), watch: { ...works('watch'), ...fails('watch') }, validate: fails('validate'), schedule: works('schedule') },
      ...{ complete: works('complete'), clear: works('clear'), import: works('import') },
    } as unknown as Rounds;
    const logger = { warn: ({ phase }: { phase: string }) => failures.push(phase) };
    const loops = new TrainingLoops({ listen: async () => async () => undefined }, rounds, logger as never);
    await loops.start();
    await loops.stop();
    expect(done.filter((name) => !['complete', 'clear', 'import'].includes(name))).toEqual(['expire', 'watch', 'validate', 'schedule']);
    expect(failures).toEqual(['expire', 'watch', 'validate']);
  });
});
