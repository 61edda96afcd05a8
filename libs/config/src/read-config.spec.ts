import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { BadConfiguration, readConfig } from './read-config.js';

const Schema = z.object({ PORT: z.coerce.number().int().max(65_535), NAME: z.string(), LEVEL: z.enum(['info', 'debug']).default('info') });

describe(readConfig.name, () => {
  it('returns typed values with defaults', () => {
    expect(readConfig('training', Schema, { PORT: '8080', NAME: 'x' })).toEqual({ PORT: 8080, NAME: 'x', LEVEL: 'info' });
  });

  it('lists every problem at once', () => {
    const attempt = (): unknown => readConfig('training', Schema, { PORT: '70000', LEVEL: 'loud' });
    expect(attempt).toThrow(BadConfiguration);
    expect(attempt).toThrow(/training: bad configuration/);
    expect(attempt).toThrow(/PORT: .*65535/);
    expect(attempt).toThrow(/NAME: missing/);
    expect(attempt).toThrow(/LEVEL: /);
  });
});
