import { z } from 'zod';
import { UnixSeconds } from '../http/schemas.js';

const Artifact = z
  .object({
    digest: z.string().meta({ description: '`sha256:<64 hex>` of the bytes, or of the manifest of a folder.' }),
    bytes: z.int(),
    form: z.enum(['file', 'folder']),
  })
  .meta({ id: 'Artifact' });

/** Where a version came from. */
export const Lineage = z
  .object({
    object: z.literal('registry.lineage'),
    model: z.string(),
    version: z.int(),
    base_model: z.string().nullable(),
    base_version_id: z.string().nullable(),
    dataset_version_id: z.string().nullable(),
    dataset_digest: z.string().nullable(),
    job_id: z.string().nullable(),
    recipe: z.record(z.string(), z.unknown()).nullable().meta({ description: "The trainer's arguments." }),
    provenance: z.record(z.string(), z.unknown()).nullable().meta({ description: 'Versions, command lines, digests and seconds of the run.' }),
  })
  .meta({ id: 'RegistryLineage' });

/** An immutable version of a model. */
export const Version = z
  .object({
    id: z.string(),
    object: z.literal('registry.model_version'),
    model: z.string(),
    version: z.int(),
    state: z.enum(['registered', 'retired']),
    digest: z.string().meta({ description: "sha256 over the version's artifacts and lineage." }),
    weight_format: z.string().nullable(),
    weights: Artifact.nullable(),
    serving: Artifact.nullable(),
    adapter: Artifact.nullable(),
    lineage: Lineage,
    created_at: UnixSeconds,
  })
  .meta({ id: 'RegistryModelVersion' });

/** A name for a version that can be moved to another one. */
export const Alias = z
  .object({ id: z.string(), object: z.literal('registry.alias'), model: z.string(), alias: z.string(), version: z.int(), updated_at: UnixSeconds })
  .meta({ id: 'RegistryAlias' });

/** A model with its latest version and its aliases. */
export const Model = z
  .object({
    id: z.string(),
    object: z.literal('registry.model'),
    name: z.string().meta({ description: 'The public id.' }),
    owned_by: z.string(),
    base_model: z.string().nullable(),
    created_at: UnixSeconds,
    latest: Version.nullable(),
    aliases: z.array(Alias),
  })
  .meta({ id: 'RegistryModel' });

export type LineageView = z.output<typeof Lineage>;
export type VersionView = z.output<typeof Version>;
export type AliasView = z.output<typeof Alias>;
export type RegistryModelView = z.output<typeof Model>;
