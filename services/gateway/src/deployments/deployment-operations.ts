import { z } from 'zod';
import { operation } from '../http/operation.js';
import { UnixSeconds, deletedOf, listOf } from '../http/schemas.js';

const TAG = 'Deployments';
const PATH = '/v1/deployments';

const Deployment = z
  .object({
    id: z.string(),
    object: z.literal('deployment'),
    model: z.string(),
    model_version_id: z.string(),
    revision_id: z.string().nullable(),
    state: z.enum(['pending', 'loading', 'ready', 'failed', 'draining']),
    reason: z.string().nullable().meta({ description: 'Why it failed.' }),
    created_at: UnixSeconds,
    updated_at: UnixSeconds,
  })
  .meta({ id: 'Deployment' });

/** A deployment as the outside sees it. */
export type DeploymentView = z.output<typeof Deployment>;

const id = z.strictObject({ id: z.string() });

export const ensureDeployment = operation({
  ...{
    id: 'ensureDeployment',
    method: 'POST',
    path: PATH,
    tag: TAG,
    summary: 'Have a model served; answers at once, with the deployment that there is if there is one',
  },
  body: z.strictObject({ model: z.string().min(1).meta({ description: 'A public id, `name@alias` or `name@version`.' }) }),
  answer: { kind: 'json', schema: Deployment },
});

export const listDeployments = operation({
  ...{ id: 'listDeployments', method: 'GET', path: PATH, tag: TAG, summary: 'List what is served' },
  answer: { kind: 'json', schema: listOf(Deployment) },
});

export const retrieveDeployment = operation({
  ...{ id: 'retrieveDeployment', method: 'GET', path: `${PATH}/:id`, tag: TAG, summary: 'Look at one deployment' },
  params: id,
  answer: { kind: 'json', schema: Deployment },
});

export const deleteDeployment = operation({
  ...{
    id: 'deleteDeployment',
    method: 'DELETE',
    path: `${PATH}/:id`,
    tag: TAG,
    summary: 'Stop serving a model; its memory is free again, and its next use deploys it anew',
  },
  params: id,
  answer: { kind: 'json', schema: deletedOf('deployment') },
});
