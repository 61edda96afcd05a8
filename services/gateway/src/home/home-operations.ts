import { z } from 'zod';
import { operation } from '../http/operation.js';

const TAG = 'About';

const Home = z
  .object({ name: z.literal('Conch'), version: z.string(), api: z.string(), docs: z.string(), openapi: z.string(), health: z.string() })
  .meta({ id: 'Home' });

const Health = z.object({ status: z.enum(['ok', 'failing']), checks: z.record(z.string(), z.string()) }).meta({ id: 'Health' });

/** What the gateway is and where its parts are. */
export type HomeView = z.output<typeof Home>;
/** Whether the gateway can do its work. */
export type HealthView = z.output<typeof Health>;

export const showHome = operation({
  ...{ id: 'showHome', method: 'GET', path: '/', tag: TAG, summary: 'Say what this is and where things are', isPublic: true },
  answer: { kind: 'json', schema: Home },
});

export const showHealth = operation({
  ...{ id: 'showHealth', method: 'GET', path: '/healthz', tag: TAG, summary: 'Say whether this server can do its work; 503 when it cannot', isPublic: true },
  answer: { kind: 'json', schema: Health },
});
