import type { ServingFolder } from '../models/serving-folder.js';
import { ContextLengthExceeded } from '../triton/triton.errors.js';

/**
 * Refuses a text that is too long for the model whatever its tokens are. Tokenizing holds up everything else in the process, so a
 * text is counted only when it may fit.
 */
export function refuseOverlong(text: string, folder: ServingFolder, input: 'messages' | 'prompt'): void {
  const least = Math.ceil(text.length / folder.longestToken);
  if (least <= folder.contextLength) return;
  throw new ContextLengthExceeded(`The prompt has at least ${least} tokens; the model takes ${folder.contextLength}, the answer included.`, input);
}

/** How many tokens a text is for the model; refuses one that cannot fit before it is counted. */
export function countTokens(text: string, folder: ServingFolder, input: 'messages' | 'prompt'): number {
  refuseOverlong(text, folder, input);
  return folder.tokenizer.encode(text).ids.length;
}
