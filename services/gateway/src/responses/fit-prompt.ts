import { Injectable } from '@nestjs/common';
import { inWordsOf } from '../generations/field-names.js';
import type { Caller } from '../http/caller.js';
import { Peers } from '../peers/peers.js';
import { promptOf } from './grounding.js';
import type { Turn } from './input-items.js';

/** What is to be fitted into a model's context. */
export interface Material {
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly instructions: string | null;
  /** Passages, best first. */
  readonly passages: readonly string[];
  readonly maxOutputTokens: number | null;
  /** Whether the oldest turns may be forgotten. */
  readonly mayForget: boolean;
}

/** What was fitted. */
export interface FittedPrompt {
  readonly messages: readonly Turn[];
  /** The passages that are in the messages, best first. */
  readonly passages: readonly string[];
}

/** More passages rarely add an answer, and always distract a small model. */
const MAX_PASSAGES = 3;
/** Kept free for the answer when the caller names no maximum. */
const ANSWER_TOKENS = 256;
/** No more than this part of a context is kept free, or a small one would have no room for passages. */
const ANSWER_SHARE = 0.25;
const SHORTEST_PASSAGE = 80;
/** How much of a passage that does not fit is tried next. */
const CUT = 0.7;

/** Fits a conversation and the passages for it into a model's context: the best passages first, and room for the answer. */
@Injectable()
export class FitPrompt {
  constructor(private readonly peers: Peers) {}

  async execute(material: Material, caller: Caller): Promise<FittedPrompt> {
    let { turns } = material;
    let passages = material.passages.slice(0, MAX_PASSAGES);
    for (;;) {
      const messages = promptOf(turns, material.instructions, passages);
      if (passages.length === 0 && !material.mayForget) return { messages, passages };
      if (await this.fits(messages, material, caller)) return { messages, passages };
      const fewer = fewerPassages(passages);
      if (fewer.length > 0) passages = fewer;
      else if (material.mayForget && turns.filter(({ role }) => role !== 'system').length > 1) {
        turns = withoutOldest(turns);
        passages = material.passages.slice(0, MAX_PASSAGES);
      } else return { messages, passages };
    }
  }

  private async fits(messages: readonly Turn[], { model, maxOutputTokens }: Material, caller: Caller): Promise<boolean> {
    const asked = { model, input: { $case: 'chatJson' as const, value: JSON.stringify({ messages }) } };
    const { tokens, contextLength } = await this.peers.generation.countTokens(asked, caller).catch((thrown: unknown) => {
      throw inWordsOf({ messages: 'input' }, thrown);
    });
    return tokens + Math.min(maxOutputTokens ?? ANSWER_TOKENS, Math.floor(contextLength * ANSWER_SHARE)) <= contextLength;
  }
}

/** The next smaller choice of passages: without the last, or with the only one cut at a word; none when nothing of use is left. */
function fewerPassages(passages: readonly string[]): string[] {
  const [only] = passages;
  if (passages.length > 1) return passages.slice(0, -1);
  if (only === undefined || only.length * CUT < SHORTEST_PASSAGE) return [];
  const cut = only.slice(0, Math.floor(only.length * CUT));
  return [cut.includes(' ') ? cut.slice(0, cut.lastIndexOf(' ')) : cut];
}

function withoutOldest(turns: readonly Turn[]): Turn[] {
  const oldest = turns.findIndex(({ role }) => role !== 'system');
  return turns.filter((_, at) => at !== oldest);
}
