import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPorts } from './ports.mjs';

describe(findPorts.name, () => {
  let stateDir = '';
  /** @type {import('node:net').Server | null} */
  let server = null;

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'conch-ports-'));
  });
  afterEach(() => {
    server?.close();
    server = null;
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('gives every name a port of its own, below those of outgoing connections', async () => {
    const { http, ...ports } = await findPorts(stateDir, undefined);
    expect(new Set([http, ...Object.values(ports)]).size).toBe(Object.keys(ports).length + 1);
    for (const port of Object.values(ports)) expect(port).toBeLessThan(32_000);
  });

  it('keeps the ports of the last time', async () => {
    const before = await findPorts(stateDir, undefined);
    expect(await findPorts(stateDir, undefined)).toEqual(before);
  });

  it('gives up a port that another program has taken, and only that one', async () => {
    const before = await findPorts(stateDir, undefined);
    server = createServer().listen(before['nats'], '127.0.0.1');
    await once(server, 'listening');
    const { nats, ...others } = await findPorts(stateDir, undefined);
    expect(nats).not.toBe(before['nats']);
    expect({ ...others, nats: before['nats'] }).toEqual(before);
  });

  it('stays away from the ports of other stacks, though nobody listens there yet', async () => {
    const before = await findPorts(stateDir, undefined);
    const after = await findPorts(stateDir, undefined, new Set(Object.values(before)));
    expect(Object.values(after).filter((port) => Object.values(before).includes(port))).toEqual([]);
  });

  it('refuses a wanted port that is taken, and says what to do', async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(findPorts(stateDir, port)).rejects.toThrow(`Port ${port} is taken; name another with --port`);
  });
});
