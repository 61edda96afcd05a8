import { describe, expect, it } from '@jest/globals';
import { WorkFolders } from '../attempt/work-folders.js';
import { environmentOf } from './run-engine.js';

const settings = { envDir: '/e', repoDir: '/r', attemptId: 'att_1', environment: { HF_TOKEN: 'hf_secret', OMP_NUM_THREADS: '2' }, stopGraceMs: 1 };
const folders = new WorkFolders('/w/att_1');

describe(environmentOf, () => {
  it('keeps the hub’s token from an engine that reads nothing from a hub', () => {
    const environment = environmentOf(settings, { folders, isOnline: false });
    expect(Object.keys(environment)).not.toContain('HF_TOKEN');
    expect(environment).toMatchObject({ HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '2' });
  });

  it('gives it to one that does', () => {
    expect(environmentOf(settings, { folders, isOnline: true })).toMatchObject({ HF_TOKEN: 'hf_secret' });
  });
});
