import { z } from 'zod';
import { operation } from '../http/operation.js';
import { MAX_COUNT, deletedOf, listOf, listQuery } from '../http/schemas.js';
import { Alias, Lineage, Model, Version } from './registry-schemas.js';

const TAG = 'Registry';
const PATH = '/v1/registry/models';

const name = z.string().meta({ description: "The model's public id, with `/` written as `%2F`." });
const version = z.string().meta({ description: "A version's number, or an alias." });
const alias = z.string().meta({ description: 'At most 64 letters, digits and . _ -, beginning with a letter.' });
const page = z.strictObject(listQuery({ standard: 20, max: 100 }));

export const listRegistryModels = operation({
  ...{ id: 'listRegistryModels', method: 'GET', path: PATH, tag: TAG, summary: 'List models with their latest versions and aliases' },
  query: page,
  answer: { kind: 'json', schema: listOf(Model) },
});

export const retrieveRegistryModel = operation({
  ...{ id: 'retrieveRegistryModel', method: 'GET', path: `${PATH}/:name`, tag: TAG, summary: 'Look at one model' },
  params: z.strictObject({ name }),
  answer: { kind: 'json', schema: Model },
});

export const listVersions = operation({
  ...{ id: 'listModelVersions', method: 'GET', path: `${PATH}/:name/versions`, tag: TAG, summary: "List a model's versions" },
  params: z.strictObject({ name }),
  query: page,
  answer: { kind: 'json', schema: listOf(Version) },
});

export const retrieveVersion = operation({
  ...{ id: 'retrieveModelVersion', method: 'GET', path: `${PATH}/:name/versions/:version`, tag: TAG, summary: 'Look at one version' },
  params: z.strictObject({ name, version }),
  answer: { kind: 'json', schema: Version },
});

export const retrieveLineage = operation({
  ...{ id: 'retrieveModelLineage', method: 'GET', path: `${PATH}/:name/versions/:version/lineage`, tag: TAG },
  summary: 'Tell where a version came from: its base, its data, its job, its recipe',
  params: z.strictObject({ name, version }),
  answer: { kind: 'json', schema: Lineage },
});

export const listAliases = operation({
  ...{ id: 'listModelAliases', method: 'GET', path: `${PATH}/:name/aliases`, tag: TAG, summary: "List a model's aliases" },
  params: z.strictObject({ name }),
  answer: { kind: 'json', schema: listOf(Alias) },
});

export const setAlias = operation({
  ...{
    id: 'setModelAlias',
    method: 'POST',
    path: `${PATH}/:name/aliases`,
    tag: TAG,
    summary: 'Point an alias at a version; requests name it as `<model>@<alias>`',
  },
  params: z.strictObject({ name }),
  body: z.strictObject({ alias, version: z.int().min(1).max(MAX_COUNT).meta({ description: "The version's number." }) }),
  answer: { kind: 'json', schema: Alias },
});

export const removeAlias = operation({
  ...{ id: 'removeModelAlias', method: 'DELETE', path: `${PATH}/:name/aliases/:alias`, tag: TAG, summary: 'Remove an alias; the version stays' },
  params: z.strictObject({ name, alias }),
  answer: { kind: 'json', schema: deletedOf('registry.alias') },
});
