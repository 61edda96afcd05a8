import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT, ScratchRepository } from './scratch-repository.fixture.js';

type Report = readonly { readonly filePath: string; readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[] }[];

const KNOWN_BAD: readonly (readonly [rule: string, file: string, source: string])[] = [
  ['@typescript-eslint/no-floating-promises', 'services/alpha/src/floating.ts', 'async function work(): Promise<void> {}\nwork();\n'],
  ['@typescript-eslint/no-misused-promises', 'services/alpha/src/misused.ts', '[1].forEach(async () => Promise.resolve());\n'],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    'services/alpha/src/forgetful.ts',
    "export function of(side: 'left' | 'right'): number {\n  switch (side) {\n    case 'left':\n      return 1;\n  }\n  return 2;\n}\n",
  ],
  ['@typescript-eslint/no-explicit-any', 'services/alpha/src/anything.ts', 'export const anything: any = 1;\n'],
  ['@typescript-eslint/no-unsafe-return', 'services/alpha/src/unsafe.ts', "export function read(): string {\n  return JSON.parse('1');\n}\n"],
  [
    '@typescript-eslint/prefer-readonly',
    'services/alpha/src/changeable.ts',
    'export class Shell {\n  private size = 1;\n  get double(): number {\n    return this.size * 2;\n  }\n}\n',
  ],
  [
    '@typescript-eslint/max-params',
    'services/alpha/src/many.ts',
    'export function six(a: 1, b: 1, c: 1, d: 1, e: 1, f: 1): unknown[] {\n  return [a, b, c, d, e, f];\n}\n',
  ],
  ['no-restricted-syntax', 'services/alpha/src/nameless.ts', 'export default 1;\n'],
  ['no-restricted-properties', 'services/alpha/src/reads-environment.ts', 'declare const process: { env: object };\nexport const environment = process.env;\n'],
  ['no-restricted-properties', 'services/alpha/src/reads-part.ts', 'declare const process: { env: object };\nexport const { env } = process;\n'],
  ['max-lines', 'services/alpha/src/long.ts', lines(201)],
  ['max-lines', 'services/alpha/src/long.spec.ts', lines(401)],
  ['max-lines', 'deploy/long.mjs', lines(201)],
];

const ALLOWED: Readonly<Record<string, string>> = {
  'services/alpha/src/config.ts': 'declare const process: { env: object };\nexport const environment = process.env;\n',
  'services/alpha/src/main.ts': 'declare const process: { env: object };\nexport const environment = process.env;\n',
  'services/alpha/src/ample.spec.ts': lines(400),
  'services/alpha/src/app.module.ts': 'export function wire(a: 1, b: 1, c: 1, d: 1, e: 1, f: 1): unknown[] {\n  return [a, b, c, d, e, f];\n}\n',
  'jest.config.mjs': 'export default {};\n',
};

const TSCONFIG = { compilerOptions: { strict: true, target: 'ES2023', module: 'NodeNext', types: [], noEmit: true }, include: ['**/*.ts'] };

describe('the lint rules', () => {
  let repository: ScratchRepository;
  const found = new Map<string, readonly string[]>();

  beforeAll(() => {
    const bad = Object.fromEntries(KNOWN_BAD.map(([, file, source]) => [file, source]));
    repository = new ScratchRepository({ ...ALLOWED, ...bad, 'tsconfig.json': JSON.stringify(TSCONFIG), 'package.json': '{ "type": "module" }' });
    const report = repository.report<Report>('eslint/bin/eslint.js', ['--config', join(ROOT, 'eslint.config.mjs'), '--format', 'json', '.']);
    for (const { filePath, messages } of report) {
      found.set(
        filePath.slice(filePath.indexOf(repository.path) + repository.path.length + 1),
        messages.map(({ ruleId, message }) => ruleId ?? message),
      );
    }
  }, 60_000);

  afterAll(() => repository.remove());

  it.each(KNOWN_BAD)('%s catches %s', (rule, file) => {
    expect(found.get(file)).toEqual([rule]);
  });

  it.each(Object.keys(ALLOWED))('leave %s alone', (file) => {
    expect(found.get(file)).toEqual([]);
  });
});

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `export const line${index} = ${index};\n`).join('');
}
