import type {
  DeleteDeploymentRequest,
  Deployment as DeploymentMessage,
  DeploymentsServiceDefinition,
  EnsureDeploymentRequest,
  GetDeploymentRequest,
  ListDeploymentsRequest,
} from '@conch/contracts/inference';
import { DeploymentState as WireState } from '@conch/contracts/inference';
import type { CallContext, Handlers, PartialMessage } from '@conch/rpc';
import { PUBLIC_PROJECT } from '@conch/storage';
import type { ModelCatalog } from '../models/model-catalog.js';
import type { Deployment, DeploymentState } from './deployment.entity.js';
import { DeploymentNotFound } from './deployment.errors.js';
import type { DeploymentRepository } from './deployment.repository.js';
import type { EnsureDeployment } from './ensure-deployment/ensure-deployment.js';
import type { RemoveDeployment } from './remove-deployment/remove-deployment.js';

const WIRE_STATE = {
  pending: WireState.DEPLOYMENT_STATE_PENDING,
  loading: WireState.DEPLOYMENT_STATE_LOADING,
  ready: WireState.DEPLOYMENT_STATE_READY,
  failed: WireState.DEPLOYMENT_STATE_FAILED,
  draining: WireState.DEPLOYMENT_STATE_DRAINING,
} as const satisfies Record<DeploymentState, WireState>;

/** Deployments on both doors. */
export class DeploymentsController implements Handlers<typeof DeploymentsServiceDefinition> {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly deployments: DeploymentRepository,
    private readonly ensure: EnsureDeployment,
    private readonly remove: RemoveDeployment,
  ) {}

  async ensureDeployment(request: EnsureDeploymentRequest, call: CallContext): Promise<PartialMessage<DeploymentMessage>> {
    const model = await this.catalog.resolve(call.projectId, request.model, call);
    return toMessage(await this.ensure.execute(model));
  }

  async getDeployment(request: GetDeploymentRequest, call: CallContext): Promise<PartialMessage<DeploymentMessage>> {
    const deployment = await this.deployments.find(request.id);
    if (deployment === null || ![call.projectId, PUBLIC_PROJECT].includes(deployment.facts.projectId)) throw new DeploymentNotFound(request.id);
    return toMessage(deployment);
  }

  async listDeployments(_request: ListDeploymentsRequest, call: CallContext): Promise<{ deployments: PartialMessage<DeploymentMessage>[] }> {
    return { deployments: (await this.deployments.listFor(call.projectId)).map(toMessage) };
  }

  async deleteDeployment(request: DeleteDeploymentRequest, call: CallContext): Promise<{ id: string }> {
    await this.remove.execute(call.projectId, request.id);
    return { id: request.id };
  }
}

function toMessage(deployment: Deployment): PartialMessage<DeploymentMessage> {
  const { id, model, modelVersionId, revisionId, state, reason, createdAt, updatedAt } = deployment.facts;
  return { id, model, modelVersionId, revisionId, state: WIRE_STATE[state], reason, createdAt, updatedAt };
}
