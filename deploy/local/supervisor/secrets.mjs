import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeJson } from './files.mjs';

/** The services that have a database, and a user at the message server. */
export const DATABASE_OWNERS = Object.freeze(['datasets', 'training', 'registry', 'inference', 'retrieval', 'gateway']);

/**
 * The stack's own passwords and tokens, made at random on the first start and kept readable for the owner only.
 * @param {string} stateDir
 * @returns {{ serviceToken: string, postgres: string, database: Record<string, string>, nats: Record<string, string> }}
 */
export function readSecrets(stateDir) {
  const file = join(stateDir, 'secrets.json');
  const before = readJson(file);
  if (before !== null) return /** @type {ReturnType<typeof readSecrets>} */ (before);
  const random = () => randomBytes(24).toString('base64url');
  const each = () => Object.fromEntries(DATABASE_OWNERS.map((name) => [name, random()]));
  const secrets = { serviceToken: random(), postgres: random(), database: each(), nats: each() };
  writeJson(file, secrets, 0o600);
  return secrets;
}
