import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryFiles } from './repository-files.fixture.js';
import { ROOT } from './scratch-repository.fixture.js';

interface Manifest {
  readonly name: string;
  readonly nx?: { readonly tags?: readonly string[] };
  readonly dependencies?: Readonly<Record<string, string>>;
}

const TEST_FILE = /[.](spec|fixture)[.]ts$/;

describe('the packages', () => {
  const files = repositoryFiles();
  const folders = files.filter((path) => /^(libs|services|apps)\/[^/]+\/package[.]json$/.test(path)).map((path) => path.slice(0, -'/package.json'.length));

  it.each(folders)('%s declares the packages of this repository that it imports, so that builds run in order', (folder) => {
    const sources = files.filter((path) => path.startsWith(`${folder}/src/`) && path.endsWith('.ts') && !TEST_FILE.test(path));
    const imported = new Set(sources.flatMap((path) => [...read(path).matchAll(/from '(@conch\/[a-z-]+)/g)].map(([, name]) => name)));
    const declared = Object.keys(manifestOf(folder).dependencies ?? {});
    expect([...imported].filter((name) => name !== undefined && !declared.includes(name))).toEqual([]);
  });

  it.each(folders)('%s says what type of package it is', (folder) => {
    expect(manifestOf(folder).nx?.tags).toContainEqual(expect.stringMatching(/^type:(kernel|contract|adapter|testing|service|app)$/));
  });

  it.each(folders)('%s pins what it depends on', (folder) => {
    const loose = Object.entries(manifestOf(folder).dependencies ?? {}).filter(([, version]) => !/^\d+\.\d+\.\d+(-[0-9a-z.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  it('that are no inference never say the name of its model server', () => {
    const elsewhere = files.filter((path) => /^(libs|services|apps)\/.*[.]ts$/.test(path) && !/^(services\/inference|libs\/contracts)\//.test(path));
    expect(elsewhere.filter((path) => /triton/i.test(read(path)))).toEqual([]);
  });
});

function manifestOf(folder: string): Manifest {
  return JSON.parse(read(`${folder}/package.json`)) as Manifest;
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
