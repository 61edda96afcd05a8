import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NODE, ROOT } from '../paths.mjs';
import { readJson } from '../supervisor/files.mjs';
import { fileInput, folderInputs } from './fingerprint.mjs';

const FAMILIES = ['libs', 'services', 'apps'];

/** The services, compiled. @type {import('./step.mjs').Step} */
export const build = {
  name: 'build',
  title: 'The services, compiled',
  after: ['node-packages'],
  lane: 'compute',
  needs: [],
  inputs: () => [
    ...['.swcrc', 'nx.json', 'package-lock.json'].map(fileInput),
    ...packages().flatMap((folder) => [fileInput(`${folder}/package.json`), ...folderInputs(`${folder}/src`, isCompiled)]),
  ],
  outputs: () => packages().map((folder) => join(ROOT, folder, 'dist')),
  make: ({ command }) =>
    command(NODE, [join(ROOT, 'node_modules', '.bin', 'nx'), 'run-many', '-t', 'build', '--outputStyle=static'], {
      cwd: ROOT,
      // Nx's background process would outlive the bootstrap.
      env: { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', FORCE_COLOR: '0' },
    }),
};

function isCompiled(/** @type {string} */ path) {
  return !path.endsWith('.spec.ts') && !path.endsWith('.fixture.ts');
}

/** The workspaces that are compiled. @returns {string[]} */
function packages() {
  return FAMILIES.filter((family) => existsSync(join(ROOT, family)))
    .flatMap((family) => readdirSync(join(ROOT, family)).map((name) => `${family}/${name}`))
    .filter((folder) => {
      const manifest = /** @type {{ scripts?: Record<string, string> } | null} */ (readJson(join(ROOT, folder, 'package.json')));
      return manifest?.scripts?.['build'] !== undefined && existsSync(join(ROOT, folder, 'src'));
    });
}
