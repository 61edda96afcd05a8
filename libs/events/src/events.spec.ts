import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '@conch/errors';
import { Database, openDatabase } from '@conch/storage';
import { type NatsServer, type PostgresServer, startNats, startPostgres } from '@conch/testing';
import { jetstream, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import fc from 'fast-check';
import { DyingDatabase, logger, metrics, migrations, type Tables, until } from './events.fixture.js';
import { DEAD_STREAM, ensureStreams, EventConsumer, type EventConsumerOptions, EVENTS_STREAM, Outbox, OutboxRelay, type ReceivedEvent } from './index.js';

const FAILED = 'conch.events.training.job.failed';
type Options = EventConsumerOptions<Tables, typeof FAILED>;

let postgres: PostgresServer;
let nats: NatsServer;
let connection: NatsConnection;
let database: Database<Tables>;
let url: string;
let stops: (() => Promise<void>)[] = [];
let names = 0;
const outbox = new Outbox<Tables>();

beforeAll(async () => {
  [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
  connection = await connect({ servers: nats.url, user: nats.user, pass: nats.password, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
}, 120_000);

afterAll(async () => {
  await connection.close();
  await Promise.all([postgres.stop(), nats.stop()]);
});

beforeEach(async () => {
  ({ url } = await postgres.createDatabase());
  database = openDatabase<Tables>({ url, service: 'test', logger });
  await database.migrate(migrations);
  await ensureStreams(connection);
  const manager = await jetstreamManager(connection);
  await Promise.all([manager.streams.purge(EVENTS_STREAM), manager.streams.purge(DEAD_STREAM)]);
});

afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
  await database.close();
});

function announce(jobId: string, message: string, projectId = 'one'): Promise<void> {
  return database.inProject(projectId, (tx) => outbox.add(tx, FAILED, { jobId, code: 'X', message }, { projectId, epoch: 7 }));
}

async function startRelay(on: Database<Tables> = database): Promise<OutboxRelay<Tables>> {
  const relay = new OutboxRelay({ database: on, nats: connection, logger, metrics, pollMs: 50, publishTimeoutMs: 1_000 });
  await relay.start();
  stops.push(() => relay.stop());
  return relay;
}

async function startConsumer(options: Partial<Options> = {}): Promise<string> {
  const name = `record-${++names}`;
  const consumer = new EventConsumer<Tables, typeof FAILED>({
    service: 'test',
    name,
    subjects: [FAILED],
    database,
    nats: connection,
    logger,
    backoffMs: [10],
    handler: async (tx, event) => {
      await tx.insertInto('effects').values({ event_id: event.id, project_id: event.projectId, text: event.message.message }).execute();
    },
    ...options,
  });
  await consumer.start();
  stops.push(() => consumer.stop());
  return `test-${name}`;
}

const effects = (): Promise<string[]> => database.asSystem(async (tx) => (await tx.selectFrom('effects').select('text').execute()).map((row) => row.text));
const unsent = (): Promise<number> =>
  database.asSystem(async (tx) => (await tx.selectFrom('outbox').select('seq').where('sent_at', 'is', null).execute()).length);

async function stored(stream: string): Promise<StoredMsg[]> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(stream);
  const found: StoredMsg[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const message = await manager.streams.getMessage(stream, { seq });
    if (message !== null) found.push(message);
  }
  return found;
}

describe(OutboxRelay.name, () => {
  it('publishes what was committed, with its headers, and nothing that was rolled back', async () => {
    const undone = database.inProject('one', async (tx) => {
      await outbox.add(tx, FAILED, { jobId: 'a', code: 'X', message: 'undone' }, { projectId: 'one' });
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    await announce('a', 'done');
    await startRelay();
    await until(async () => (await unsent()) === 0);
    const [event, ...rest] = await stored(EVENTS_STREAM);
    expect(rest).toEqual([]);
    expect(event?.subject).toBe(FAILED);
    expect(event?.header.get('conch-project')).toBe('one');
    expect(event?.header.get('conch-epoch')).toBe('7');
    expect(event?.header.get('Nats-Msg-Id')).toBe(event?.header.get('conch-event-id'));
    expect(Date.parse(event?.header.get('conch-time') ?? '')).toBeGreaterThan(0);
  });

  it('keeps the order of each aggregate although several relays and writers work at once', async () => {
    for (let relay = 0; relay < 3; relay += 1) await startRelay();
    const write = async (jobId: string) => {
      for (let n = 0; n < 15; n += 1) await announce(jobId, `${n}`);
    };
    await Promise.all(['a', 'b', 'c'].map(write));
    await until(async () => (await unsent()) === 0);
    const received = new Map<string, number[]>();
    const { decode } = await import('./subjects.js').then((subjects) => subjects.eventKind(FAILED));
    for (const { data } of await stored(EVENTS_STREAM)) {
      const { jobId, message } = decode(data);
      received.set(jobId, [...(received.get(jobId) ?? []), Number(message)]);
    }
    const inOrder = Array.from({ length: 15 }, (_, n) => n);
    expect(Object.fromEntries(received)).toEqual({ a: inOrder, b: inOrder, c: inOrder });
  });

  it('publishes after nats-server was killed and came back, each event once', async () => {
    await startRelay();
    await announce('a', 'before');
    await until(async () => (await unsent()) === 0);
    await nats.kill();
    await announce('a', 'meanwhile');
    await nats.restart();
    await announce('a', 'after');
    await until(async () => (await unsent()) === 0);
    expect(await stored(EVENTS_STREAM)).toHaveLength(3);
  }, 60_000);

  it('stores an event once although the relay dies after each publish, before noting it', async () => {
    let deaths = 3;
    const dying = new DyingDatabase<Tables>({ url, service: 'dying', logger }, () => (deaths-- > 0 ? 'before commit' : null));
    await announce('a', 'once');
    await startRelay(dying);
    await until(async () => (await unsent()) === 0);
    await Promise.all(stops.map((stop) => stop()));
    stops = [];
    await dying.close();
    expect(await stored(EVENTS_STREAM)).toHaveLength(1);
  });
});

describe(EventConsumer.name, () => {
  beforeEach(() => startRelay().then(() => undefined));

  it('has each effect exactly once, whatever is delivered twice and wherever its process dies', async () => {
    const crash = fc.constantFrom(null, null, 'before commit' as const, 'after commit' as const);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(crash, { maxLength: 12 }), fc.integer({ min: 0, max: 3 }), async (count, crashes, copies) => {
        const ends = [...crashes];
        const dying = new DyingDatabase<Tables>({ url, service: 'dying', logger }, () => ends.shift() ?? null);
        const tag = `run-${++names}`;
        const durable = await startConsumer({ database: dying, maxDeliveries: 50 });
        for (let n = 0; n < count; n += 1) await announce(`${tag}-${n % 2}`, `${tag}-${n}`);
        await until(async () => (await unsent()) === 0);
        // The same events again under other message ids, as a relay would publish them outside of the stream's window.
        for (let copy = 0; copy < copies; copy += 1) {
          for (const event of await stored(EVENTS_STREAM)) await jetstream(connection).publish(event.subject, event.data, { headers: copyOf(event) });
        }
        await until(async () => settled(durable));
        const mine = (await effects()).filter((text) => text.startsWith(`${tag}-`));
        expect([...mine].sort()).toEqual(Array.from({ length: count }, (_, n) => `${tag}-${n}`).sort());
        await stops.pop()?.();
        await dying.close();
        const manager = await jetstreamManager(connection);
        await manager.consumers.delete(EVENTS_STREAM, durable);
        await manager.streams.purge(EVENTS_STREAM);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it('hands the handler a transaction that sees the project of the event only', async () => {
    const seen: string[][] = [];
    await startConsumer({
      handler: async (tx, event) => {
        await tx.insertInto('effects').values({ event_id: event.id, project_id: event.projectId, text: event.projectId }).execute();
        seen.push((await tx.selectFrom('effects').select('project_id').execute()).map((row) => row.project_id));
      },
    });
    await announce('a', 'x', 'one');
    await until(() => seen.length === 1);
    await announce('b', 'x', 'two');
    await until(() => seen.length === 2);
    expect(seen).toEqual([['one'], ['two']]);
  });

  it('puts an event aside at once that a domain error refuses, with the reason, and goes on', async () => {
    let tries = 0;
    const durable = await startConsumer({
      handler: async (tx, event) => {
        if (event.message.message !== 'bad')
          return void (await tx.insertInto('effects').values({ event_id: event.id, project_id: 'one', text: 'good' }).execute());
        tries += 1;
        throw new Refusal('not_found', 'JOB_NOT_FOUND', 'there is no job\nlike that');
      },
    });
    await announce('a', 'bad');
    await announce('a', 'good');
    await until(async () => (await effects()).length === 1);
    expect(tries).toBe(1);
    const [letter, ...rest] = await stored(DEAD_STREAM);
    expect(rest).toEqual([]);
    expect(letter?.subject).toBe(`conch.dead.${durable}.training.job.failed`);
    expect(letter?.header.get('conch-dead-code')).toBe('JOB_NOT_FOUND');
    expect(letter?.header.get('conch-dead-reason')).toBe('there is no job like that');
    expect(letter?.header.get('conch-dead-subject')).toBe(FAILED);
    expect(letter?.header.get('conch-project')).toBe('one');
  });

  it('tries an unknown failure again and puts the event aside after the last delivery', async () => {
    const deliveries: number[] = [];
    await startConsumer({
      maxDeliveries: 3,
      handler: async (_tx, event: ReceivedEvent<typeof FAILED>) => {
        deliveries.push(event.deliveries);
        throw new Error('a bug');
      },
    });
    await announce('a', 'x');
    await until(async () => (await stored(DEAD_STREAM)).length === 1);
    expect(deliveries).toEqual([1, 2, 3]);
    expect((await stored(DEAD_STREAM))[0]?.header.get('conch-dead-deliveries')).toBe('3');
  });

  it('waits for what is unavailable beyond the number of deliveries', async () => {
    let tries = 0;
    await startConsumer({
      maxDeliveries: 2,
      handler: async (tx, event) => {
        tries += 1;
        if (tries < 5) throw new Refusal('unavailable', 'AWAY', 'the registry is away');
        await tx.insertInto('effects').values({ event_id: event.id, project_id: 'one', text: 'at last' }).execute();
      },
    });
    await announce('a', 'x');
    await until(async () => (await effects()).length === 1);
    expect(await stored(DEAD_STREAM)).toEqual([]);
  });

  it('forgets the events that the stream no longer holds, and no others', async () => {
    const handled = (id: string, daysAgo: number) => ({ consumer: 'any', event_id: id, received_at: new Date(Date.now() - daysAgo * 24 * 60 * 60 * 1_000) });
    await database.asSystem((tx) =>
      tx
        .insertInto('inbox')
        .values([handled('gone', 32), handled('held', 29)])
        .execute(),
    );
    await startConsumer();
    await announce('a', 'x');
    const known = () => database.asSystem((tx) => tx.selectFrom('inbox').select('event_id').where('consumer', '=', 'any').execute());
    await until(async () => (await known()).length === 1);
    expect(await known()).toEqual([{ event_id: 'held' }]);
    await until(async () => (await effects()).length === 1);
  });

  it('puts aside what is no event', async () => {
    await startConsumer();
    await jetstream(connection).publish(FAILED, Buffer.from([0xff, 0xff]));
    await until(async () => (await stored(DEAD_STREAM)).length === 1);
    expect((await stored(DEAD_STREAM))[0]?.header.get('conch-dead-code')).toMatch(/^EVENT_/);
  });

  it('goes on after nats-server was killed, and misses nothing', async () => {
    await startConsumer();
    await announce('a', 'before');
    await until(async () => (await effects()).length === 1);
    await nats.kill();
    await announce('a', 'meanwhile');
    await nats.restart();
    await until(async () => (await effects()).length === 2);
    expect(await effects()).toEqual(['before', 'meanwhile']);
  }, 60_000);

  it('keeps an event that takes long from being delivered again while its handler says that it works', async () => {
    let calls = 0;
    await startConsumer({
      ackWaitMs: 1_000,
      handler: async (tx, event) => {
        calls += 1;
        const deadline = Date.now() + 2_500;
        await until(() => {
          event.working();
          return Date.now() > deadline;
        });
        await tx.insertInto('effects').values({ event_id: event.id, project_id: 'one', text: 'long' }).execute();
      },
    });
    await announce('a', 'x');
    await until(async () => (await effects()).length === 1);
    expect(calls).toBe(1);
  });
});

describe(ensureStreams.name, () => {
  it('may be called by several processes at once, and again', async () => {
    await Promise.all([ensureStreams(connection), ensureStreams(connection), ensureStreams(connection)]);
    const info = await (await jetstreamManager(connection)).streams.info(EVENTS_STREAM);
    expect(info.config).toMatchObject({ storage: 'file', duplicate_window: 600 * 1e9, subjects: ['conch.events.>'] });
  });
});

function copyOf(event: StoredMsg): ReturnType<typeof headers> {
  const copy = headers();
  for (const [name, values] of event.header) if (name !== 'Nats-Msg-Id') for (const value of values) copy.append(name, value);
  return copy;
}

async function settled(durable: string): Promise<boolean> {
  const info = await (await jetstreamManager(connection)).consumers.info(EVENTS_STREAM, durable);
  return info.num_pending === 0 && info.num_ack_pending === 0;
}
