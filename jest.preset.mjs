/** Settings that every Jest suite of the repository starts from: native ESM, swc for TypeScript, packages read from source. */
export const preset = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2023',
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@conch/source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['/dist/', '/.conch/', '/.nx/'],
  resetMocks: true,
};
