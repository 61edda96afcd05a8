import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryFiles } from './repository-files.fixture.js';

const CODE_ROOTS = /^(libs|services|apps|tests|deploy)\//;
/** Generated files are named by their contracts. */
const GENERATED = /^libs\/contracts\/src\/gen\//;
const KEBAB = '[a-z0-9]+(-[a-z0-9]+)*';
/** A role is told by the suffix, and these are all roles; a use case has none. */
const ROLES = ['controller', 'module', 'entity', 'errors', 'repository', 'filter', 'interceptor'];
const SCRIPT_NAME = new RegExp(`^${KEBAB}([.](${ROLES.join('|')}))?([.](spec|fixture|d))?[.](ts|tsx|mjs)$`);
/** Tools look for these names. */
const TOOL_NAMES = /^(jest[.](suite|integration|e2e|faults)[.]mjs|conftest[.]py|__init__[.]py|__main__[.]py)$/;
const PYTHON_NAME = /^[a-z0-9]+(_[a-z0-9]+)*[.]py$/;
const FOLDER_NAME = new RegExp(`^(${KEBAB}|[a-z0-9]+(_[a-z0-9]+)*)$`);
/** If it has no noun, it has no home. */
const NOUNLESS = /^(utils?|helpers?|common|shared|base|misc|managers?|service)$/;
const NOUNLESS_ENDING = /-(utils?|helpers?|managers?)$/;

describe('the names of files', () => {
  const files = repositoryFiles().filter((path) => CODE_ROOTS.test(path) && !GENERATED.test(path));

  it('are in kebab case, with a role of the closed list or none', () => {
    const scripts = files.filter((path) => /[.](ts|tsx|mjs)$/.test(path));
    expect(scripts.filter((path) => !SCRIPT_NAME.test(basename(path)) && !TOOL_NAMES.test(basename(path)))).toEqual([]);
  });

  it('are in snake case where they are Python', () => {
    const scripts = files.filter((path) => path.endsWith('.py'));
    expect(scripts.filter((path) => !PYTHON_NAME.test(basename(path)) && !TOOL_NAMES.test(basename(path)))).toEqual([]);
  });

  it('stand in folders whose names are in kebab case, or in snake case where Python imports them', () => {
    const folders = new Set(files.flatMap((path) => path.split('/').slice(0, -1)));
    expect([...folders].filter((name) => !FOLDER_NAME.test(name))).toEqual([]);
  });

  it('say a noun of the domain', () => {
    const nounless = (name: string): boolean => NOUNLESS.test(name) || NOUNLESS_ENDING.test(name);
    const inside = files.map((path) => ({
      path,
      names: path
        .split('/')
        .slice(1)
        .map((part) => part.replace(/[.].*$/, '')),
    }));
    expect(inside.filter(({ names }) => names.some(nounless)).map(({ path }) => path)).toEqual([]);
  });
});
