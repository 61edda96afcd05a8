import pg from 'pg';
import type { StorageLogger } from './logger.js';
import { pauseMs } from './retry.js';

type OnNotify = (payload: string) => void;

/** Holds one connection that listens on channels, and makes it anew whenever it is lost. */
export class Listener {
  private readonly channels = new Map<string, Set<OnNotify>>();
  private client: pg.Client | null = null;
  private connecting: Promise<void> | null = null;
  private retry: NodeJS.Timeout | null = null;
  private failures = 0;
  private closed = false;

  constructor(
    private readonly connection: pg.ClientConfig,
    private readonly logger: StorageLogger,
  ) {}

  /** Listens on a channel; resolves once the first try to do so has ended, well or not (it goes on trying by itself). */
  async add(channel: string, onNotify: OnNotify): Promise<() => Promise<void>> {
    const listeners = this.channels.get(channel) ?? new Set<OnNotify>();
    listeners.add(onNotify);
    this.channels.set(channel, listeners);
    if (this.client === null) await this.connect();
    else await this.command(this.client, 'listen', channel);
    return async () => {
      listeners.delete(onNotify);
      if (listeners.size > 0 || this.channels.get(channel) !== listeners) return;
      this.channels.delete(channel);
      if (this.client !== null) await this.command(this.client, 'unlisten', channel);
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.connecting;
    const client = this.client;
    this.client = null;
    await client?.end();
  }

  private connect(): Promise<void> {
    this.connecting ??= this.open().finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }

  private async open(): Promise<void> {
    const client = new pg.Client(this.connection);
    const gone = (reason: unknown): void => this.lost(client, reason);
    client.on('error', gone);
    client.on('end', () => gone(new Error('the connection ended')));
    client.on('notification', ({ channel, payload }) => this.tell(channel, payload ?? ''));
    try {
      await client.connect();
      for (const channel of [...this.channels.keys()]) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (thrown) {
      client.end().catch(gone);
      this.again(thrown);
      return;
    }
    this.client = client;
    // Channels that were added while the connection was being made.
    for (const channel of this.channels.keys()) await this.command(client, 'listen', channel);
    if (this.failures > 0) for (const channel of [...this.channels.keys()]) this.tell(channel, '');
    this.failures = 0;
  }

  /** A failed command means a lost connection; the next connection listens on everything anew. */
  private async command(client: pg.Client, verb: 'listen' | 'unlisten', channel: string): Promise<void> {
    try {
      await client.query(`${verb} ${pg.escapeIdentifier(channel)}`);
    } catch (thrown) {
      this.lost(client, thrown);
    }
  }

  private lost(client: pg.Client, reason: unknown): void {
    if (this.client !== client) return;
    this.client = null;
    client.end().catch(() => undefined);
    this.again(reason);
  }

  private again(reason: unknown): void {
    if (this.closed || this.retry !== null) return;
    this.failures += 1;
    this.logger.warn({ err: reason, failures: this.failures }, 'not listening for database notifications; connecting again');
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.connect();
    }, pauseMs(this.failures));
    this.retry.unref();
  }

  private tell(channel: string, payload: string): void {
    for (const onNotify of this.channels.get(channel) ?? []) onNotify(payload);
  }
}
