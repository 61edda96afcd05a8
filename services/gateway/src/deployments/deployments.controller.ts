import { type Deployment, DeploymentState } from '@conch/contracts/inference';
import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, unixSeconds } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { Peers } from '../peers/peers.js';
import { type DeploymentView, deleteDeployment, ensureDeployment, listDeployments, retrieveDeployment } from './deployment-operations.js';

const STATE: ReadonlyMap<DeploymentState, DeploymentView['state']> = new Map([
  [DeploymentState.DEPLOYMENT_STATE_LOADING, 'loading'],
  [DeploymentState.DEPLOYMENT_STATE_READY, 'ready'],
  [DeploymentState.DEPLOYMENT_STATE_FAILED, 'failed'],
  [DeploymentState.DEPLOYMENT_STATE_DRAINING, 'draining'],
]);

/** What is served. */
@Controller()
export class DeploymentsController {
  constructor(private readonly peers: Peers) {}

  @Serve(ensureDeployment)
  async ensure(@Input(ensureDeployment) { body }: InputOf<typeof ensureDeployment>, @From() caller: Caller) {
    return view(await this.peers.deployments.ensureDeployment(body, caller));
  }

  @Serve(listDeployments)
  async list(@Input(listDeployments) _: InputOf<typeof listDeployments>, @From() caller: Caller) {
    const { deployments } = await this.peers.deployments.listDeployments({}, caller);
    return listView(deployments.map(view), false);
  }

  @Serve(retrieveDeployment)
  async retrieve(@Input(retrieveDeployment) { params }: InputOf<typeof retrieveDeployment>, @From() caller: Caller) {
    return view(await this.peers.deployments.getDeployment(params, caller));
  }

  @Serve(deleteDeployment)
  async delete(@Input(deleteDeployment) { params }: InputOf<typeof deleteDeployment>, @From() caller: Caller) {
    const { id } = await this.peers.deployments.deleteDeployment(params, caller);
    return { id, object: 'deployment' as const, deleted: true };
  }
}

function view(deployment: Deployment): DeploymentView {
  return {
    id: deployment.id,
    object: 'deployment',
    model: deployment.model,
    model_version_id: deployment.modelVersionId,
    revision_id: deployment.revisionId || null,
    state: STATE.get(deployment.state) ?? 'pending',
    reason: deployment.reason || null,
    created_at: unixSeconds(deployment.createdAt),
    updated_at: unixSeconds(deployment.updatedAt),
  };
}
