import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The ports of a stack, by name (`trainingGrpc`, `http`). */
export function portsOf(stateDir: string): Record<string, number> {
  return z.record(z.string(), z.number()).parse(readJson(stateDir, 'ports.json'));
}

/** The token that the services, and internal consumers of them, present to each other. */
export function serviceTokenOf(stateDir: string): string {
  return z.looseObject({ serviceToken: z.string() }).parse(readJson(stateDir, 'secrets.json')).serviceToken;
}

function readJson(stateDir: string, name: string): unknown {
  return JSON.parse(readFileSync(join(stateDir, name), 'utf8'));
}

/** A service's login at the stack's NATS. */
export function natsLoginOf(stateDir: string, service: string): { user: string; pass: string } {
  const { nats } = z.looseObject({ nats: z.record(z.string(), z.string()) }).parse(readJson(stateDir, 'secrets.json'));
  return { user: service, pass: nats[service] ?? '' };
}
