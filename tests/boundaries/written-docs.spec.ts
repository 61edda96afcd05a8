import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryFiles } from './repository-files.fixture.js';
import { ROOT } from './scratch-repository.fixture.js';

const GUIDES = ['README.md', 'CONTRIBUTING.md'];
const DECISION = /^docs\/adr\/(\d{4})-[a-z0-9-]+\.md$/;
/** What a run makes, and so is not in the repository. */
const MADE_BY_RUNS = /^\.conch\//;
/** A name in backquotes that is a path: it begins with a folder or file of the repository. */
const PATH = /`((?:\.?[a-z][a-z0-9._-]*\/)+[a-z0-9._/-]*|[A-Z]+\.md|\.[a-z][a-z-]+\.mjs)`/g;

describe('what is written', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  it.each(GUIDES)('%s names scripts that exist', (guide) => {
    const named = [...read(guide).matchAll(/npm run ([a-z0-9:]+)/g)].map(([, name]) => name ?? '');
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(GUIDES)('%s names paths that exist', (guide) => {
    const text = read(guide);
    const named = [...text.matchAll(PATH), ...text.matchAll(/^\| `([a-z]+)` \|/gm), ...text.matchAll(/\]\(([^):]+)\)/g)].map(([, path]) => path ?? '');
    expect(named).not.toEqual([]);
    expect(named.filter((path) => !MADE_BY_RUNS.test(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('the scripts of package.json run programs that exist', () => {
    const programs = Object.values(scripts).flatMap((script) =>
      [...script.matchAll(/(?:^|\s)((?:deploy|tests)\/\S+\.mjs|jest\.config\.mjs)/g)].map(([, path]) => path ?? ''),
    );
    expect(programs.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('CONTRIBUTING.md is read in a few minutes', () => {
    expect(read('CONTRIBUTING.md').split('\n').length).toBeLessThan(80);
  });

  it('CHANGELOG.md has a place for what is not released', () => {
    expect(read('CHANGELOG.md')).toContain('\n## [Unreleased]\n');
  });

  const decisions = repositoryFiles().filter((path) => path.startsWith('docs/adr/'));

  it('decisions are numbered without a gap', () => {
    expect(decisions.sort().map((path) => Number(DECISION.exec(path)?.[1]))).toEqual(decisions.map((_, index) => index + 1));
  });

  it.each(decisions)('%s is a page: context, decision, consequences', (path) => {
    const text = read(path);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(['Context', 'Decision', 'Consequences']);
    expect(text).toMatch(new RegExp(`^# ${Number(DECISION.exec(path)?.[1])}\\. `));
    expect(text.split('\n').length).toBeLessThan(60);
  });
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
