import { describe, expect, it } from '@jest/globals';
import { FINAL_STATES, Job, type JobState } from './job.entity.js';
import { AT, aJob, anOutcome } from './job.fixture.js';

const STATES: readonly JobState[] = ['validating_files', 'queued', 'running', 'succeeded', 'failed', 'cancelled'];
const MOVES = [
  'validating_files>queued',
  'validating_files>failed',
  'validating_files>cancelled',
  'queued>running',
  'queued>failed',
  'queued>cancelled',
  'running>succeeded',
  'running>failed',
  'running>cancelled',
];

describe(Job.name, () => {
  it.each(STATES.flatMap((from) => STATES.map((to) => [from, to] as const)))('goes from %s to %s only where the table says so', (from, to) => {
    const move = (): Job => aJob({ state: from }).to(to, AT);
    if (MOVES.includes(`${from}>${to}`)) expect(move().state).toBe(to);
    else expect(move).toThrow(expect.objectContaining({ kind: 'conflict', code: 'JOB_TRANSITION_REFUSED' }));
  });

  it('notes when it was queued, started and over', () => {
    const [queued, started, over] = [1, 2, 3].map((second) => new Date(AT.getTime() + second * 1_000)) as [Date, Date, Date];
    const { facts } = aJob().to('queued', queued).to('running', started).to('succeeded', over);
    expect([facts.queuedAt, facts.startedAt, facts.finishedAt]).toEqual([queued, started, over]);
  });

  it.each(FINAL_STATES)('has no phase and nothing due once it has %s', (state) => {
    const running = aJob({ state: 'running', dueAt: AT, progress: { phase: 'train', step: 3, evaluatedStep: 0, totalSteps: 9, estimatedFinish: AT } });
    expect(running.to(state, AT).facts).toMatchObject({ dueAt: null, progress: { phase: '', estimatedFinish: null, step: 3 } });
  });

  it('keeps its place between two attempts, and gives it up once only registering is left', () => {
    const running = aJob({ state: 'running', dueAt: AT });
    expect(running.holdsPlace).toBe(true);
    expect(running.with({ outcome: anOutcome() })).toMatchObject({ holdsPlace: false, isCompleting: true });
  });
});
