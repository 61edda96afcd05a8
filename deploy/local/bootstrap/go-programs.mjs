import { chmodSync, copyFileSync, existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ENV_DIR } from '../paths.mjs';
import { putInPlace } from './replace.mjs';
import { hasVersion, outputOf } from './requirements.mjs';

const NATS_VERSION = '2.15.2';
const NATS = join(ENV_DIR, 'bin', 'nats-server');

/** nats-server: the machine's own when it is new enough, else built. @type {import('./step.mjs').Step} */
export const natsServer = {
  name: 'nats-server',
  title: `nats-server ${NATS_VERSION}`,
  after: [],
  lane: 'compute',
  needs: hasVersion('nats-server', NATS_VERSION) ? [] : ['go'],
  inputs: () => [NATS_VERSION],
  outputs: () => [NATS],
  isEqual: async () => hasVersion(NATS, NATS_VERSION),
  make: async (work) => {
    if (!hasVersion('nats-server', NATS_VERSION)) return goInstall(work, `github.com/nats-io/nats-server/v2@v${NATS_VERSION}`, 'nats-server', NATS);
    const found = outputOf('/bin/sh', ['-c', 'command -v nats-server'])?.trim() ?? '';
    copyFileSync(realpathSync(found), work.draft);
    chmodSync(work.draft, 0o755);
    putInPlace(work.draft, NATS);
  },
};

/** @param {import('./step.mjs').Work} work @param {string} program @param {string} builtName @param {string} target */
async function goInstall({ command, draft }, program, builtName, target) {
  await command('go', ['install', '-trimpath', program], { cwd: ENV_DIR, env: { GOBIN: draft, GOFLAGS: '', GOOS: undefined, GOARCH: undefined } });
  const built = join(draft, builtName);
  if (!existsSync(built)) throw new Error(`go install made no ${built}.`);
  putInPlace(built, target);
}
