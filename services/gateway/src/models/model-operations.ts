import { z } from 'zod';
import { operation } from '../http/operation.js';
import { UnixSeconds, deletedOf } from '../http/schemas.js';

const TAG = 'Models';

const Model = z.object({ id: z.string(), object: z.literal('model'), created: UnixSeconds, owned_by: z.string() }).meta({ id: 'Model' });

/** A model as OpenAI's clients know it. */
export type ModelView = z.output<typeof Model>;

const model = z.strictObject({ model: z.string().meta({ description: "The model's public id, with `/` written as `%2F`." }) });
const parts = z.strictObject({
  owner: z.string().meta({ description: "What stands before the `/` of the model's public id." }),
  name: z.string().meta({ description: 'What stands after it.' }),
});

export const listModels = operation({
  ...{ id: 'listModels', method: 'GET', path: '/v1/models', tag: TAG, summary: 'List the models that your project can use' },
  answer: { kind: 'json', schema: z.object({ object: z.literal('list'), data: z.array(Model) }) },
});

export const retrieveModel = operation({
  ...{ id: 'retrieveModel', method: 'GET', path: '/v1/models/:model', tag: TAG, summary: 'Look at one model' },
  params: model,
  answer: { kind: 'json', schema: Model },
});

export const retrieveModelByParts = operation({
  ...{ id: 'retrieveModelByParts', method: 'GET', path: '/v1/models/:owner/:name', tag: TAG, summary: 'The same, for clients that do not encode the `/`' },
  params: parts,
  answer: { kind: 'json', schema: Model },
});

export const deleteModel = operation({
  ...{ id: 'deleteModel', method: 'DELETE', path: '/v1/models/:model', tag: TAG, summary: 'Delete a model of your own' },
  params: model,
  answer: { kind: 'json', schema: deletedOf('model') },
});

export const deleteModelByParts = operation({
  ...{ id: 'deleteModelByParts', method: 'DELETE', path: '/v1/models/:owner/:name', tag: TAG, summary: 'The same, for clients that do not encode the `/`' },
  params: parts,
  answer: { kind: 'json', schema: deletedOf('model') },
});
