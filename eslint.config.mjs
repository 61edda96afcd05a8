import tseslint from 'typescript-eslint';

/** The environment is read once, where a process begins; everything else is told. */
const ENVIRONMENT_READERS = ['**/src/main.ts', '**/config.ts', '**/*.spec.ts', '**/*.fixture.ts', 'libs/testing/**', 'tests/**'];

/** Type-aware rules and sizes. Formatting and the plain rules are Biome's; what may import what is dependency-cruiser's. */
export default tseslint.config(
  { ignores: ['**/node_modules/**', '**/dist/**', '.conch/**', '.nx/**', 'libs/contracts/src/gen/**', 'libs/contracts/src/descriptors.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.mjs'], rules: { 'max-lines': ['error', 200], 'max-params': ['error', 5] } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: process.cwd() } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Handlers answer promises whether or not they wait for something, and methods are handed over where their class is known to allow it.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Two libraries have an enum each for gRPC's codes, with the same numbers.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      'max-lines': ['error', 200],
      '@typescript-eslint/max-params': ['error', { max: 5 }],
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Export by name, so that a thing has one name everywhere.' }],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read the environment in config.ts and pass on what is needed.' }],
    },
  },
  { files: ['**/*.spec.ts'], rules: { 'max-lines': ['error', 400] } },
  // What a test reads from an answer is checked by the test itself.
  {
    files: ['**/*.spec.ts', '**/*.fixture.ts', 'tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  // Factories take what they wire.
  { files: ['**/*.module.ts'], rules: { '@typescript-eslint/max-params': 'off' } },
  { files: ENVIRONMENT_READERS, rules: { 'no-restricted-properties': 'off' } },
);
