import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NODE, ROOT } from '../paths.mjs';
import { readJson } from '../supervisor/files.mjs';
import { fileInput } from './fingerprint.mjs';

/** @typedef {Record<string, { version?: string, link?: boolean, optional?: boolean }>} Packages */

/** The npm packages, with the pinned Node that everything runs on. @type {import('./step.mjs').Step} */
export const nodePackages = {
  name: 'node-packages',
  title: 'npm packages, and the Node that Conch runs on',
  after: [],
  lane: 'network',
  needs: [],
  inputs: () => [fileInput('package-lock.json')],
  outputs: () => [join(ROOT, 'node_modules', '.package-lock.json'), NODE],
  isEqual: async () => {
    const wanted = packagesOf('package-lock.json');
    const installed = packagesOf(join('node_modules', '.package-lock.json'));
    // Packages for other systems are optional: those may lack.
    return Object.entries(wanted).every(
      ([path, { version, optional }]) => path === '' || (installed[path] === undefined ? optional === true : installed[path].version === version),
    );
  },
  make: async ({ command }) => {
    // The packages' install scripts are needed whatever the machine's npm is set to: one of them brings Node itself.
    await command('npm', ['ci', '--ignore-scripts=false', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: ROOT });
    if (!existsSync(NODE))
      throw new Error(`npm ci made no ${NODE}: the install script of the package "node" did not run. See \`npm config get ignore-scripts\`.`);
  },
};

function packagesOf(/** @type {string} */ file) {
  return /** @type {{ packages: Packages } | null} */ (readJson(join(ROOT, file)))?.packages ?? {};
}
