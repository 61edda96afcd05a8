import { Refusal } from '@conch/errors';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeTraining, SILENT, leaseLost, until } from '../training/fake-training.fixture.js';
import { Stop } from '../training/stop.js';
import { KeptLease } from './keep-lease.js';

let training: FakeTraining;
let stop: Stop;
let lease: KeptLease;

function keep(options: { leaseMs?: number; patienceMs?: number } = {}): void {
  lease = new KeptLease(training.link(), stop, { leaseMs: 90, patienceMs: 20_000, logger: SILENT, ...options });
}

const away = (): Refusal => new Refusal('unavailable', 'SERVICE_STOPPING', 'The service is being restarted.');

beforeEach(async () => {
  training = await new FakeTraining().start();
  stop = new Stop();
});

afterEach(async () => {
  await lease.close();
  await training.stop();
});

describe(KeptLease, () => {
  it('renews the lease until it is closed', async () => {
    keep();
    await until(() => training.heartbeats >= 4);
    await lease.close();
    const counted = training.heartbeats;
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(training.heartbeats).toBe(counted);
    expect(stop.reason).toBeNull();
  });

  it('stops the work, but not the calls, when the job was cancelled', async () => {
    training.isCancelRequested = true;
    keep();
    await until(() => stop.workSignal.aborted);
    expect(stop.reason).toBe('cancelled');
    expect(stop.callSignal.aborted).toBe(false);
  });

  it('stops everything when the lease belongs to another', async () => {
    training.refusals.push(leaseLost());
    keep();
    await until(() => stop.callSignal.aborted);
    expect(stop.reason).toBe('lease-lost');
    expect(stop.workSignal.aborted).toBe(true);
  });

  it('goes on through a time without a training service', async () => {
    keep();
    await until(() => training.heartbeats >= 1);
    const port = training.port;
    await training.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const counted = training.heartbeats;
    await training.start(port);
    await until(() => training.heartbeats > counted);
    expect(stop.reason).toBeNull();
  });

  it('tries sooner than usual after a heartbeat that was not answered', async () => {
    training.refusals.push(away(), away());
    keep({ leaseMs: 1_200 });
    const startedAt = Date.now();
    await until(() => training.heartbeats >= 1);
    expect(Date.now() - startedAt).toBeLessThan(1_100);
  });

  it('gives up when nobody answers for longer than its patience', async () => {
    for (let index = 0; index < 100; index += 1) training.refusals.push(away());
    keep({ patienceMs: 150 });
    await until(() => stop.reason !== null);
    expect(stop.reason).toBe('training-away');
  });

  it('says that it was refused, and not that nobody answered, when the service does not take its heartbeat', async () => {
    const refusal = new Refusal('unauthenticated', 'TOKEN_REFUSED', 'The service token is wrong.');
    training.refusals.push(refusal);
    keep();
    await until(() => stop.reason !== null);
    expect([stop.reason, stop.cause]).toEqual(['refused', expect.objectContaining({ code: 'TOKEN_REFUSED' })]);
  });

  it('lets a lost lease override a wish to cancel', async () => {
    training.isCancelRequested = true;
    keep();
    await until(() => stop.reason === 'cancelled');
    training.refusals.push(leaseLost());
    await until(() => stop.reason === 'lease-lost');
    expect(stop.callSignal.aborted).toBe(true);
  });
});
