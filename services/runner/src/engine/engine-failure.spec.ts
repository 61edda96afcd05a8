import { Refusal } from '@conch/errors';
import { describe, expect, it } from '@jest/globals';
import { AttemptFault, engineDied, faultOf, meaningfulLines } from './engine-failure.js';

const TRACEBACK = `
[INFO|trainer.py:10] 2026-11-25 07:00:00 >> Num examples = 20
{'loss': 2.1}
/site-packages/x.py:3: UserWarning: deprecated
 12%|██        | 3/24 [00:01<00:07]
Traceback (most recent call last):
  File "/x/run.py", line 3, in <module>
    main()
    ^^^^^^
RuntimeError: mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)
`;

describe(meaningfulLines, () => {
  it('finds the error at the end of a traceback', () => {
    expect(meaningfulLines(TRACEBACK)).toBe('RuntimeError: mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)');
  });

  it('takes the last lines that say something when there is no traceback', () => {
    expect(meaningfulLines('[INFO|a] >> b\nfree(): invalid pointer\n 10%|█ | 1/10\n\n')).toBe('free(): invalid pointer');
  });

  it('is empty for a log without words', () => {
    expect(meaningfulLines('\n{\n}\n')).toBe('');
  });

  it('shortens what is too long to be told', () => {
    expect(meaningfulLines(`ValueError: ${'x'.repeat(5_000)}`)).toHaveLength(1_500);
  });
});

describe(engineDied, () => {
  const base = { phase: 'train', log: TRACEBACK, wasMemoryShort: false };

  it.each([
    ['TRAINER_KILLED', true, { ...base, exit: { code: null, signal: 'SIGKILL' as const } }],
    ['OUT_OF_MEMORY', false, { ...base, wasMemoryShort: true, exit: { code: null, signal: 'SIGKILL' as const } }],
    ['TRAINER_KILLED', true, { ...base, wasMemoryShort: true, exit: { code: null, signal: 'SIGSEGV' as const } }],
    ['TRAINER_FAILED', false, { ...base, exit: { code: 1, signal: null } }],
  ])('is %s (retryable: %s) for %j', (code, isRetryable, ending) => {
    const fault = engineDied(ending);
    expect([fault.code, fault.isRetryable]).toEqual([code, isRetryable]);
    expect(fault.message).toContain("'train'");
  });

  it('tells the last words of the log', () => {
    expect(engineDied({ ...base, exit: { code: 1, signal: null } }).message).toContain('mat1 and mat2 shapes cannot be multiplied');
  });
});

describe(faultOf, () => {
  it.each([
    ['OUT_OF_DISK', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })],
    ['INPUT_MISSING', new Refusal('not_found', 'ARTIFACT_NOT_FOUND', 'the artifact store holds nothing under sha256:00')],
    ['INPUT_DAMAGED', new Refusal('internal', 'ARTIFACT_CORRUPT', 'damaged')],
    ['RUNNER_FAILED', new TypeError('x is not a function')],
    ['RUNNER_FAILED', 'a text'],
  ])('is %s for %s', (code, error) => {
    expect(faultOf(error, 'fetch').code).toBe(code);
  });

  it('leaves a fault that is known as it is', () => {
    const fault = new AttemptFault('ROW_SKIPPED', 'row 3', false);
    expect(faultOf(fault, 'train')).toBe(fault);
  });
});
