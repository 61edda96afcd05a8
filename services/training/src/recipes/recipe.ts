import type { JsonObject } from '../jobs/job.entity.js';
import type { Problem } from '../jobs/job.errors.js';

/** What is known of the data and the model when a recipe's open values are chosen. */
export interface RecipeInputs {
  readonly rows: number;
  /** Size of the base model's weights. */
  readonly weightsBytes: number;
  /** Only the last answer of each row is to be trained. */
  readonly lastAnswerOnly: boolean;
}

/** A recipe with nothing left open. */
export interface ResolvedRecipe {
  /** The caller's `method` with every `auto` and default resolved, to be shown. */
  readonly method: JsonObject;
  /** LLaMA-Factory's arguments, without paths and seed. */
  readonly arguments: JsonObject;
}

/** A checked wish to tune; what it leaves open is chosen once data and model are known. */
export interface Recipe {
  /** What does not fit the data; empty when everything does. */
  conflicts(inputs: RecipeInputs): readonly Problem[];
  resolve(inputs: RecipeInputs): ResolvedRecipe;
}

/** Reads one way's block of `method` (`method.<type>`); its paths begin with `path`. */
export type ReadRecipe = (block: unknown, path: string) => { readonly recipe: Recipe } | { readonly problems: readonly Problem[] };
