import type { GenerateResponse } from '@conch/contracts/inference';
import type { CallOptions } from '@conch/rpc';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Caller } from '../http/caller.js';
import type { Peers } from '../peers/peers.js';
import { GenerationQuota } from '../quotas/generation-quota.js';
import { Generations } from './generations.js';

const caller: Caller = { projectId: 'proj_1', projectName: 'one', keyId: 'key_1', requestId: 'req_1', signal: new AbortController().signal };
const asked = { model: 'm', input: { $case: 'prompt' as const, value: 'p' }, sampling: {} };

const piece = (text: string, finishReason = ''): GenerateResponse => ({
  text,
  finishReason,
  usage: finishReason === '' ? undefined : { promptTokens: 2, completionTokens: 1 },
  modelVersionId: 'mv_1',
});

describe(Generations.name, () => {
  let quota: GenerationQuota;
  let afterwards: string[];
  let notes: unknown[];
  let produce: (call: CallOptions) => AsyncIterable<GenerateResponse>;
  let generations: Generations;

  beforeEach(() => {
    quota = new GenerationQuota(2, { check: () => undefined });
    afterwards = [];
    notes = [];
    const generation = { generate: (_: unknown, call: CallOptions) => produce(call) };
    generations = new Generations(
      { generation } as unknown as Peers,
      quota,
      { CONCH_GENERATION_TIMEOUT_MS: 1_000 },
      {
        debug: (facts: unknown) => notes.push(facts),
      },
    );
  });

  it('answers at the last piece, and lets the call end by itself instead of cancelling it', async () => {
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    produce = async function* () {
      try {
        yield piece('a');
        yield piece('', 'stop');
        await closed;
        afterwards.push('booked');
      } finally {
        afterwards.push('ended');
      }
    };
    expect(await generations.follow(asked, caller, () => undefined)).toEqual({
      finishReason: 'stop',
      promptTokens: 2,
      completionTokens: 1,
      modelVersionId: 'mv_1',
    });
    expect(afterwards).toEqual([]);
    close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(afterwards).toEqual(['booked', 'ended']);
  });

  it('gives its place in the quota back, however it ends', async () => {
    produce = async function* () {
      throw new Error('broken');
    };
    for (let count = 0; count < 5; count += 1) await expect(generations.follow(asked, caller, () => undefined)).rejects.toThrow('broken');
    produce = async function* () {
      yield piece('', 'stop');
    };
    for (let count = 0; count < 5; count += 1) await generations.follow(asked, caller, () => undefined);
    expect(() => [quota.enter('proj_1'), quota.enter('proj_1')]).not.toThrow();
  });

  it('notes a call that cannot be ended, which would otherwise end the process', async () => {
    const stuck = new Error('cannot end');
    produce = () => ({
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: piece('a') }), return: () => Promise.reject(stuck) }),
    });
    const refuse = () => Promise.reject(new Error('gone'));
    await expect(generations.follow(asked, caller, refuse)).rejects.toThrow('gone');
    await new Promise((resolve) => setImmediate(resolve));
    expect(notes).toEqual([{ err: stuck }]);
  });

  it('asks for no more than its listener takes', async () => {
    const order: string[] = [];
    produce = async function* () {
      for (const text of ['a', 'b']) {
        order.push(`made ${text}`);
        yield piece(text);
      }
      yield piece('', 'stop');
    };
    await generations.follow(asked, caller, async (text) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`taken ${text}`);
    });
    expect(order).toEqual(['made a', 'taken a', 'made b', 'taken b']);
  });

  it('refuses an answer that broke off or was cancelled on the other side', async () => {
    produce = async function* () {
      yield piece('half');
    };
    await expect(generations.follow(asked, caller, () => undefined)).rejects.toMatchObject({ code: 'GENERATION_CUT_OFF' });
    produce = async function* () {
      yield piece('half', 'cancelled');
    };
    await expect(generations.follow(asked, caller, () => undefined)).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
  });

  it('ends the other choices when one fails', async () => {
    let calls = 0;
    produce = async function* ({ signal }) {
      calls += 1;
      if (calls === 2) throw new Error('broken');
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('ended'))));
      yield piece('never');
    };
    const both = generations.followAll([asked, asked], caller, { onText: () => undefined });
    await expect(both).rejects.toThrow('broken');
    await new Promise((resolve) => setImmediate(resolve));
    expect(() => [quota.enter('proj_1'), quota.enter('proj_1')]).not.toThrow();
  });
});
