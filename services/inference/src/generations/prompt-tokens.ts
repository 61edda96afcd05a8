import type { ServingFolder } from '../models/serving-folder.js';
import { ContextLengthExceeded } from '../triton/triton.errors.js';

/** The fewest tokens that a text of this length can be, known without tokenizing it, which would hold up everything else in the process. */
export function leastTokens(text: string, folder: ServingFolder): number {
  return Math.ceil(text.length / folder.longestToken);
}

/** Refuses a text that is too long for the model whatever its tokens are. */
export function refuseOverlong(text: string, folder: ServingFolder, field: 'messages' | 'prompt'): void {
  const least = leastTokens(text, folder);
  if (least <= folder.contextLength) return;
  throw new ContextLengthExceeded(`The prompt has at least ${least} tokens; the model takes ${folder.contextLength}, the answer included.`, field);
}
