import { describe, expect, it } from '@jest/globals';
import { Deployment } from './deployment.entity.js';
import { DeploymentTransitionRefused } from './deployment.errors.js';
import { aDeployment } from './deployment.fixture.js';

describe(Deployment.name, () => {
  const at = new Date('2026-01-01T00:01:00Z');

  it('goes from pending over loading to ready', () => {
    expect(aDeployment().to('loading', at).to('ready', at).state).toBe('ready');
  });

  it('returns to pending when the model server lost it', () => {
    expect(aDeployment({ state: 'ready' }).to('pending', at, 'lost').facts.reason).toBe('lost');
  });

  it('refuses to come back from draining', () => {
    expect(() => aDeployment({ state: 'draining' }).to('pending', at)).toThrow(DeploymentTransitionRefused);
  });

  it('waits longer after each failure, and no longer once it was ready', () => {
    const once = aDeployment({ state: 'loading' }).to('failed', at, 'broken');
    const twice = once.to('pending', at).to('loading', at).to('failed', at, 'broken');
    const delays = [once, twice].map((deployment) => deployment.retryAt().getTime() - at.getTime());
    expect(delays).toEqual([2_000, 4_000]);
    expect(twice.to('pending', at).to('loading', at).to('ready', at).facts.failures).toBe(0);
  });
});
