import { describe, expect, it } from '@jest/globals';
import { asDigest } from '@conch/artifacts';
import { ModelVersion } from './model.entity.js';
import { toListedModelMessage, toModelMessage, toVersionMessage } from './model-messages.js';

const at = new Date('2026-01-01T00:00:00Z');
const digest = asDigest(`sha256:${'a'.repeat(64)}`);
const lineage = {
  baseVersionId: '',
  baseModel: '',
  datasetVersionId: '',
  datasetDigest: '',
  jobId: 'job_1',
  recipe: '{"stage":"sft"}',
  provenance: '{"seconds":1}',
};
const version = new ModelVersion({
  id: 'mv_1',
  projectId: 'proj_1',
  modelId: 'mdl_1',
  modelName: 'mine',
  number: 1,
  state: 'registered',
  digest,
  content: { weights: null, serving: null, adapter: null, weightFormat: 'fp32', lineage },
  createdAt: at,
});

describe(toVersionMessage.name, () => {
  it('says whose version it is', () => {
    expect(toVersionMessage(version).projectId).toBe('proj_1');
  });
});

describe(toListedModelMessage.name, () => {
  const view = { model: { id: 'mdl_1', projectId: 'proj_1', name: 'mine', baseModel: '', createdAt: at }, latest: version, aliases: [] };

  it('leaves recipe and provenance to the answers about one model', () => {
    expect(toListedModelMessage(view).latest?.lineage).toMatchObject({ jobId: 'job_1', recipeJson: '', provenanceJson: '' });
    expect(toModelMessage(view).latest?.lineage).toMatchObject({ recipeJson: lineage.recipe, provenanceJson: lineage.provenance });
  });
});
