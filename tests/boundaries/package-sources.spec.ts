import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryFiles } from './repository-files.fixture.js';
import { ROOT } from './scratch-repository.fixture.js';

/** Where packages come from is the machine's choice, a mirror often, so the repository names none of these. */
const REGISTRY =
  /registry\.npmjs|npmjs\.org|registry\.yarnpkg|pypi\.org|pythonhosted|proxy\.golang|sum\.golang|download\.pytorch|anaconda\.org|index-url|extra-index|artifactory/i;
const LOCK = /(^|\/)(package-lock\.json|[^/]+\.lock|go\.sum)$/;
const TEXT = /\.(ts|mjs|cjs|js|json|jsonl|md|py|toml|ya?ml|in|lock|proto|txt|sh|pbtxt|html|css|mod|sum)$|(^|\/)(\.npmrc|\.gitignore|LICENSE)$/;

describe('package sources', () => {
  const files = repositoryFiles();

  it('are no download addresses in lock files', () => {
    const locks = files.filter((path) => LOCK.test(path));
    expect(locks).toEqual(expect.arrayContaining(['package-lock.json', 'deploy/local/python/trainer.lock']));
    expect(locks.filter((path) => /"resolved": "http|https?:\/\/\S+\.(tgz|whl|zip|tar\.gz)/.test(read(path)))).toEqual([]);
  });

  it('are pinned with hashes in every Python lock', () => {
    const locks = files.filter((path) => /^deploy\/local\/python\/.*\.lock$/.test(path));
    const loose = locks.filter((path) => {
      const text = read(path);
      const pinned = text.match(/^[a-z0-9][^\s]*==[^\s]+/gim) ?? [];
      return pinned.length === 0 || pinned.length > (text.match(/^[a-z0-9].*\\\n\s+--hash=sha256:/gim) ?? []).length;
    });
    expect(loose).toEqual([]);
  });

  it('are named by no file as the host of a registry', () => {
    // This file holds the list itself; the one option is how locks are made without an address.
    const others = files.filter((path) => TEXT.test(path) && path !== 'tests/boundaries/package-sources.spec.ts');
    const named = others.flatMap((path) => {
      const text = read(path).replaceAll('--no-emit-index-url', '');
      const found = REGISTRY.exec(text);
      return found === null ? [] : [`${path}: ${found[0]}`];
    });
    expect(named).toEqual([]);
  });
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
