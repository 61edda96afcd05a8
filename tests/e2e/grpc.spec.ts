import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environmentFolder } from '@conch/testing';
import { ROOT, sdkFor, suiteStack } from '../stack/running-stack.js';
import { portsOf, serviceTokenOf } from '../stack/stack-files.js';
import { sharedTunedModel } from '../stack/tuning.js';

describe('an internal consumer over gRPC', () => {
  it('reads a job and streams a generation from the services themselves, by what reflection tells', async () => {
    const stack = suiteStack();
    const openai = sdkFor(stack);
    const { job, model } = await sharedTunedModel(openai);
    // A tuned model is owned by the project that had it trained.
    const project = (await openai.models.retrieve(model)).owned_by;
    const ports = portsOf(stack.stateDir);
    const asked = {
      training: `127.0.0.1:${ports['trainingGrpc']}`,
      inference: `127.0.0.1:${ports['inferenceGrpc']}`,
      token: serviceTokenOf(stack.stateDir),
      project,
      job: job.id,
      model,
    };
    const python = join(environmentFolder(), 'clients', 'bin', 'python');
    const { stdout } = await promisify(execFile)(python, [join(ROOT, 'tests', 'e2e', 'clients', 'grpc_scenario.py'), JSON.stringify(asked)]);
    const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
    expect(seen).toMatchObject({
      health: ['SERVING', 'SERVING'],
      services: expect.arrayContaining(['conch.training.v1.JobsService', 'conch.training.v1.RunnerService']),
      job: { id: job.id, model },
      text: expect.stringMatching(/^The shell has spoken: /),
      finish: 'stop',
      without_token: ['UNAUTHENTICATED', 'SERVICE_TOKEN_REFUSED'],
      past_deadline: 'DEADLINE_EXCEEDED',
    });
    // Tokens that are ready together travel together, so a short answer has a few pieces; one would be no stream.
    expect(Number(seen['pieces'])).toBeGreaterThan(1);
    expect(Number(seen['completion_tokens'])).toBeGreaterThan(3);
  });
});
