import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttemptSpec, JobKind } from '@conch/contracts/training';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WorkFolders } from '../attempt/work-folders.js';
import type { EngineResult } from '../engine/engine-event.js';
import { provenanceOf } from './provenance.js';

const result: EngineResult = {
  ...{ type: 'result', trained_tokens: 5, steps: 2, metrics_csv: '', weights: [], source: 'local:a', revision: '' },
  ...{ truth: {}, versions: {}, seconds: {} },
};

let folders: WorkFolders;

beforeEach(async () => {
  folders = new WorkFolders(await mkdtemp(join(tmpdir(), 'conch-provenance-')));
  await writeFile(folders.plan, JSON.stringify({ kind: 'fine_tuning', train_config: folders.trainConfig, local_root: '/home/a/models' }));
  await writeFile(folders.trainConfig, `output_dir: ${folders.output}\n`);
  await writeFile(folders.exportConfig, `export_dir: ${folders.merged}\n`);
});

afterEach(() => rm(folders.root, { recursive: true, force: true }));

describe(provenanceOf, () => {
  it.each([
    [JobKind.JOB_KIND_FINE_TUNING, { train: { output_dir: '$WORK/output' }, export: { export_dir: '$WORK/merged' } }],
    [JobKind.JOB_KIND_IMPORT, { source: 'local:a' }],
  ])('records the command that was run, what it was told, and no place of this machine (kind %i)', async (kind, told) => {
    const made = { adapter: undefined, weights: undefined, serving: undefined, metricsCsv: undefined };
    const provenance = await provenanceOf({ spec: AttemptSpec.fromPartial({ kind }), result, made, folders, seconds: {}, format: 'fp32' });
    expect(provenance).toMatchObject({ ...told, command: expect.stringMatching(/^python -m conch_trainer \$WORK\/plan\.json /) });
    expect(provenance['plan']).toEqual({ kind: 'fine_tuning', train_config: '$WORK/train.yaml' });
    expect(JSON.stringify(provenance)).not.toContain('llamafactory-cli');
  });
});
