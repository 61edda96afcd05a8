import { preset } from './jest.preset.mjs';

/** Unit tests: every *.spec.ts beside the code. */
export default {
  ...preset,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/apps', '<rootDir>/tests/boundaries'].filter(Boolean),
  testMatch: ['**/*.spec.ts'],
};
