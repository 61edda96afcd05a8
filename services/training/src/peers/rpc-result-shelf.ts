import type { FilesServiceDefinition } from '@conch/contracts/datasets';
import type { RegistryServiceDefinition } from '@conch/contracts/registry';
import type { NatsClient } from '@conch/rpc';
import { toArtifactMessage } from '../artifact-messages.js';
import { ResultShelf } from '../completion/result-shelf.js';
import type { ArtifactReference, Job, JobPlan, Outcome } from '../jobs/job.entity.js';

/** Models go to the registry, result files to the datasets service; both know a job's second call by its id. */
export class RpcResultShelf extends ResultShelf {
  constructor(
    private readonly registry: Pick<NatsClient<typeof RegistryServiceDefinition>, 'registerVersion'>,
    private readonly files: Pick<NatsClient<typeof FilesServiceDefinition>, 'adoptFile'>,
  ) {
    super();
  }

  override async register({ id, facts }: Job, outcome: Outcome): Promise<string> {
    const { projectId, resultModel, plan } = facts;
    const { weights, serving, adapter, weightFormat } = outcome;
    const version = await this.registry.registerVersion(
      {
        modelName: resultModel,
        baseModel: plan.kind === 'import' ? '' : plan.base.name,
        weights: messageOf(weights),
        serving: messageOf(serving),
        adapter: messageOf(adapter),
        weightFormat,
        lineage: { ...originOf(plan, facts.seed), jobId: id, provenanceJson: outcome.provenance },
        aliases: ['latest'],
      },
      { projectId },
    );
    return version.id;
  }

  override async keepMetrics({ id, facts }: Job, csv: ArtifactReference): Promise<string> {
    const file = await this.files.adoptFile(
      { filename: `step_metrics_${id}.csv`, purpose: 'fine-tune-results', content: toArtifactMessage(csv), idempotencyKey: `${id}/step_metrics` },
      { projectId: facts.projectId },
    );
    return file.id;
  }
}

function messageOf(artifact: ArtifactReference | null) {
  return artifact === null ? undefined : toArtifactMessage(artifact);
}

function originOf(plan: JobPlan, seed: number) {
  if (plan.kind === 'import') return { recipeJson: JSON.stringify({ source: plan.source }) };
  return {
    baseVersionId: plan.base.versionId,
    baseModel: plan.base.name,
    datasetVersionId: plan.training.versionId,
    datasetDigest: plan.training.digest,
    recipeJson: JSON.stringify({ ...plan.arguments, seed, data_seed: seed }),
  };
}
