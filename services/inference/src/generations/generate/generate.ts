import type { GenerateRequest } from '@conch/contracts/inference';
import type { Deployment } from '../../deployments/deployment.entity.js';
import type { EnsureDeployment } from '../../deployments/ensure-deployment/ensure-deployment.js';
import type { AwaitReady } from '../../deployments/await-ready.js';
import type { ReconcileDeployments } from '../../deployments/reconcile-deployments/reconcile-deployments.js';
import type { ModelCatalog } from '../../models/model-catalog.js';
import type { GenerationPiece, ModelServer, SamplingParameters } from '../../triton/model-server.js';
import { ContextLengthExceeded, ModelServerLost } from '../../triton/triton.errors.js';
import type { GenerationMeter } from '../generation-meter.js';
import { refuseOverlong } from '../prompt-tokens.js';
import { fieldOf, promptText } from '../prompt.js';
import { samplingFor } from '../sampling.js';

export interface GenerateCommand {
  readonly projectId: string;
  readonly requestId: string;
  readonly request: GenerateRequest;
  readonly signal: AbortSignal;
}

/** A piece of the answer and the version that it comes from. */
export interface AnsweredPiece extends GenerationPiece {
  readonly modelVersionId: string;
}

/** What a generation passes on its way. */
export interface GenerateParts {
  readonly catalog: ModelCatalog;
  readonly ensure: EnsureDeployment;
  readonly ready: AwaitReady;
  readonly reconciler: ReconcileDeployments;
  readonly server: ModelServer;
  readonly meter: GenerationMeter;
  readonly maxOutputTokens: number;
}

/** Where a model is served, and how to have it served anew. */
interface Place {
  readonly deployment: Deployment;
  readonly renew: () => Promise<Deployment>;
}

/** How often a request that has sent nothing yet is tried again when the model server dies under it. */
const ATTEMPTS = 3;

/** One generation, from a request to its last token; the first use of a model deploys it. */
export class Generate {
  constructor(private readonly parts: GenerateParts) {}

  async *execute(command: GenerateCommand): AsyncIterable<AnsweredPiece> {
    const { request, signal } = command;
    const model = await this.parts.catalog.resolve(command.projectId, request.model, command);
    const deployment = await this.parts.ensure.execute(model);
    const renew = async (): Promise<Deployment> => {
      // It was taken out of service; perhaps because the model is no more, which the registry then says.
      this.parts.catalog.forget(request.model);
      await this.parts.catalog.resolve(command.projectId, request.model, command);
      return this.parts.ensure.execute(model);
    };
    const folder = await this.parts.catalog.folder(model.servingDigest);
    const prompt = promptText(request.input, request.model, folder);
    const field = fieldOf(request.input);
    refuseOverlong(prompt, folder, field);
    // Counting costs a pass over the prompt, so only a request that names no maximum pays for it.
    const asked = request.sampling?.maxTokens;
    const maxTokens = asked ?? Math.min(this.parts.maxOutputTokens, folder.contextLength - folder.tokenizer.encode(prompt).ids.length);
    if (maxTokens < 1) throw new ContextLengthExceeded(`There is no room left for an answer in the model's context of ${folder.contextLength} tokens.`, field);
    const sampling = samplingFor(request.sampling, folder.defaults, maxTokens);
    const metered = this.parts.meter.open(command.projectId, command.requestId, request.model);
    try {
      for await (const piece of this.answer({ deployment, renew }, prompt, sampling, signal)) {
        metered.count(piece);
        yield { ...piece, modelVersionId: model.versionId };
      }
    } catch (error) {
      throw error instanceof ContextLengthExceeded ? error.of(field) : error;
    } finally {
      await metered.close(signal.aborted);
    }
  }

  private async *answer(place: Place, prompt: string, sampling: SamplingParameters, signal: AbortSignal): AsyncIterable<GenerationPiece> {
    let deployment = place.deployment;
    for (let attempt = 1; ; attempt += 1) {
      let hasSent = false;
      try {
        deployment = await this.parts.ready.execute(deployment, place.renew, signal);
        for await (const piece of this.parts.server.generate(deployment.servedName, prompt, sampling, signal)) {
          hasSent = true;
          yield piece;
        }
        return;
      } catch (error) {
        if (!(error instanceof ModelServerLost) || signal.aborted) throw error;
        this.parts.reconciler.suspect(deployment.servedName);
        // What was sent cannot be taken back; the caller is told and may ask again.
        if (hasSent || attempt >= ATTEMPTS) throw error;
      }
    }
  }
}
