import { DomainError } from '@conch/errors';

/** A deployment was asked to make a move that its state table does not have; a fault of the caller's order, not of the data. */
export class DeploymentTransitionRefused extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'DEPLOYMENT_TRANSITION_REFUSED';

  constructor(id: string, from: string, to: string) {
    super(`Deployment ${id} cannot go from ${from} to ${to}.`, { facts: { id, from, to } });
  }
}

export class DeploymentNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'DEPLOYMENT_NOT_FOUND';

  constructor(id: string) {
    super(`There is no deployment '${id}' in this project.`, { param: 'id', facts: { id } });
  }
}

/** The model could not be loaded, or was not loaded in time. */
export class ModelNotServed extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'MODEL_NOT_SERVED';

  constructor(model: string, reason: string) {
    super(`The model '${model}' is not being served right now: ${reason}. Try again in a few seconds.`, { facts: { model } });
  }
}
