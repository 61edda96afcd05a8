import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT, ScratchRepository } from './scratch-repository.fixture.js';

interface Report {
  readonly summary: { readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string }[] };
}

/** A file that breaks the rule whose name comes first. */
const KNOWN_BAD: readonly (readonly [rule: string, file: string, source: string])[] = [
  ['no-service-in-service', 'services/alpha/src/asks-neighbour.ts', "import '@conch/beta';"],
  ['no-service-in-lib', 'libs/storage/src/asks-service.ts', "import '@conch/beta';"],
  ['package-doors-only', 'services/alpha/src/through-the-wall.ts', "import '../../../libs/storage/src/index.js';"],
  ['nothing-unresolved', 'services/alpha/src/behind-the-door.ts', "import '@conch/storage/src/inner.js';"],
  ['declared-packages-only', 'services/alpha/src/undeclared.ts', "import 'undeclared';"],
  ['kernel-stands-alone', 'libs/errors/src/leaning.ts', "import '@conch/storage';"],
  ['domain-without-frameworks', 'services/alpha/src/shells/shell.entity.ts', "import '@nestjs/common';"],
  ['domain-without-frameworks', 'services/alpha/src/shells/shell.errors.ts', "import '@grpc/grpc-js';"],
  [
    'domain-without-frameworks',
    'services/alpha/src/shells/shell.repository.ts',
    "import type { Message } from '@conch/contracts/beta'; export type Shell = Message;",
  ],
  ['domain-without-frameworks', 'services/alpha/src/shells/opened.entity.ts', "import '@nats-io/transport-node';"],
  ['use-cases-without-wires', 'services/alpha/src/shells/open-shell/open-shell.ts', "import '@conch/rpc';"],
  ['use-cases-without-wires', 'services/alpha/src/shells/shut-shell/shut-shell.ts', "import '../shells.controller.js';"],
  ['only-inference-knows-triton', 'services/alpha/src/shells/ask-model.ts', "import '@conch/contracts/kserve';"],
  ['only-gateway-speaks-http', 'services/alpha/src/http-door.ts', "import 'fastify';"],
  ['testing-in-tests-only', 'services/alpha/src/shells/with-test-server.ts', "import '@conch/testing';"],
  ['outside-means-outside', 'tests/e2e/looks-inside.ts', "import '../../services/alpha/src/main.js';"],
  ['tests-stay-outside', 'services/alpha/src/shells/leans-on-test.ts', "import './shell.fixture.js';"],
];

const CIRCLE = ['services/alpha/src/shells/hen.ts', 'services/alpha/src/shells/egg.ts'] as const;

const ALLOWED: Readonly<Record<string, string>> = {
  'services/alpha/src/shells/postgres-shell.repository.ts': "import '@conch/storage'; import '@conch/contracts/beta';",
  'services/alpha/src/shells/shells.controller.ts': "import '@conch/rpc'; import './open-shell/open-shell.js';",
  'services/alpha/src/shells/on-shell-found/on-shell-found.ts': "import '@conch/rpc';",
  'services/alpha/src/shells/shell.spec.ts': "import '@conch/testing'; import './shell.fixture.js';",
  'services/alpha/src/shells/shell.fixture.ts': 'export const shell = 1;',
  'services/gateway/src/main.ts': "import 'fastify';",
  'services/inference/src/triton/channel.ts': "import '@conch/contracts/kserve';",
  'tests/integration/one-service.ts': "import '../../services/alpha/src/main.js';",
  'tests/e2e/whole.ts': "import '@conch/testing';",
};

const LIBS = ['storage', 'errors', 'rpc', 'testing'];
const NPM = ['fastify', '@nestjs/common', '@grpc/grpc-js', '@nats-io/transport-node'];
const SERVICES = ['alpha', 'beta', 'gateway', 'inference'];

describe('the import rules', () => {
  let repository: ScratchRepository;
  let found: readonly string[];

  beforeAll(() => {
    repository = new ScratchRepository({ ...packages(), ...ALLOWED, ...Object.fromEntries(KNOWN_BAD.map(([, file, source]) => [file, source])), ...circle() });
    for (const lib of [...LIBS, 'contracts']) repository.link(`@conch/${lib}`, `libs/${lib}`);
    repository.link('@conch/beta', 'services/beta');
    const report = repository.report<Report>('dependency-cruiser/bin/dependency-cruiser.mjs', [
      ...['--config', join(ROOT, '.dependency-cruiser.mjs'), '--output-type', 'json'],
      ...['libs', 'services', 'tests'],
    ]);
    found = report.summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
  }, 60_000);

  afterAll(() => repository.remove());

  it.each(KNOWN_BAD)('%s catches %s', (rule, file) => {
    expect(found).toContain(`${rule}: ${file}`);
  });

  it('no-circles catches two files that need each other', () => {
    expect(CIRCLE.filter((file) => found.includes(`no-circles: ${file}`))).not.toEqual([]);
  });

  it('catch nothing that is allowed', () => {
    expect(found.filter((one) => Object.keys(ALLOWED).some((file) => one.endsWith(`: ${file}`)))).toEqual([]);
  });

  it('have a known-bad example each', async () => {
    const { default: config } = (await import(join(ROOT, '.dependency-cruiser.mjs'))) as { default: { forbidden: readonly { name: string }[] } };
    const shown = new Set([...KNOWN_BAD.map(([rule]) => rule), 'no-circles']);
    expect([...shown].sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });
});

function packages(): Record<string, string> {
  const files: Record<string, string> = { 'package.json': json({ name: 'scratch', private: true, type: 'module' }) };
  for (const lib of LIBS) {
    files[`libs/${lib}/package.json`] = json({ name: `@conch/${lib}`, type: 'module', exports: { '.': { '@conch/source': './src/index.ts' } } });
    files[`libs/${lib}/src/index.ts`] = 'export const door = 1;';
    files[`libs/${lib}/src/inner.ts`] = 'export const inner = 1;';
  }
  const contracts = { './beta': { '@conch/source': './src/gen/beta.ts' }, './kserve': { '@conch/source': './src/gen/inference/kserve.ts' } };
  files['libs/contracts/package.json'] = json({ name: '@conch/contracts', type: 'module', exports: contracts });
  files['libs/contracts/src/gen/beta.ts'] = 'export interface Message { readonly id: string }';
  files['libs/contracts/src/gen/inference/kserve.ts'] = 'export const kserve = 1;';
  for (const service of SERVICES) {
    const dependencies = Object.fromEntries(NPM.map((name) => [name, '1.0.0']));
    files[`services/${service}/package.json`] = json({ name: `@conch/${service}`, type: 'module', main: './src/main.ts', dependencies });
    files[`services/${service}/src/main.ts`] ??= 'export const main = 1;';
  }
  for (const name of [...NPM, 'undeclared']) {
    files[`node_modules/${name}/package.json`] = json({ name, version: '1.0.0', main: './index.js' });
    files[`node_modules/${name}/index.js`] = 'export const it = 1;';
  }
  return files;
}

function circle(): Record<string, string> {
  const [hen, egg] = CIRCLE;
  return { [hen]: "import './egg.js'; export const hen = 1;", [egg]: "import './hen.js'; export const egg = 1;" };
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
