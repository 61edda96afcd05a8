import { newId } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import { type Ending, Generations } from '../generations/generations.js';
import { samplingOf } from '../generations/sampling-fields.js';
import type { Caller } from '../http/caller.js';
import { Peers } from '../peers/peers.js';
import { type Passage, citationsOf } from './citations.js';
import { usageOf } from './draft-response.js';
import { FitPrompt } from './fit-prompt.js';
import { nothingFound, passageText } from './grounding.js';
import type { Turn } from './input-items.js';
import type { ResponseEvents } from './response-events.js';
import type { ResponseBodyInput } from './response-operations.js';
import type { OutputMessageView, ResponseView } from './response-schemas.js';
import { type FoundPassage, queryOf } from './search-passages.js';

/** What an answer is to be written from. */
export interface AnswerOrder {
  readonly input: ResponseBodyInput;
  readonly turns: readonly Turn[];
  /** Null when nothing was searched for; empty when nothing was found. */
  readonly passages: readonly FoundPassage[] | null;
  /** The message's place in the response's output. */
  readonly place: number;
}

const NAMES = { messages: 'input', max_tokens: 'max_output_tokens' };

/** Writes a response's message, and cites what it stands on. */
@Injectable()
export class WriteAnswer {
  constructor(
    private readonly fitting: FitPrompt,
    private readonly generations: Generations,
    private readonly peers: Peers,
  ) {}

  async execute(
    order: AnswerOrder,
    caller: Caller,
    events: ResponseEvents,
  ): Promise<{ message: OutputMessageView; usage: NonNullable<ResponseView['usage']> }> {
    const { place } = order;
    const draft: OutputMessageView = { id: newId('msg_'), type: 'message', status: 'in_progress', role: 'assistant', content: [] };
    const tell = events.text(place, draft.id);
    events.itemAdded(place, draft);
    tell.begin();
    let text = '';
    const { ending, passages } = await this.write(order, caller, (piece) => {
      text += piece;
      return tell.delta(piece);
    });
    const annotations = citationsOf(text, passages);
    tell.end(text, annotations);
    const message: OutputMessageView = {
      ...draft,
      status: ending.finishReason === 'length' ? 'incomplete' : 'completed',
      content: [{ type: 'output_text', text, annotations, logprobs: [] }],
    };
    events.itemDone(place, message);
    return { message, usage: usageOf(ending) };
  }

  private async write({ input, turns, passages }: AnswerOrder, caller: Caller, onText: (text: string) => Promise<void> | void): Promise<Written> {
    if (passages !== null && passages.length === 0) {
      // Nobody else asks whether there is such a model.
      await this.peers.registry.resolveModel({ model: input.model }, caller);
      // A model that is asked without passages would make something up.
      await onText(nothingFound(queryOf(turns)));
      return { ending: { finishReason: 'stop', promptTokens: 0, completionTokens: 0 }, passages: [] };
    }
    const found = (passages ?? []).map((hit): Passage => ({ fileId: hit.fileId, filename: hit.filename, text: passageText(hit) }));
    const fitted = await this.fitting.execute(
      {
        model: input.model,
        turns,
        instructions: input.instructions ?? null,
        passages: found.map(({ text }) => text),
        maxOutputTokens: input.max_output_tokens ?? null,
        mayForget: input.truncation === 'auto',
      },
      caller,
    );
    const value = JSON.stringify({ messages: fitted.messages });
    const sampling = samplingOf(input, input.max_output_tokens ?? undefined);
    const ending = await this.generations.follow({ model: input.model, input: { $case: 'chatJson', value }, sampling }, caller, onText, NAMES);
    return { ending, passages: fitted.passages.map((text, at) => ({ fileId: found[at]?.fileId ?? '', filename: found[at]?.filename ?? '', text })) };
  }
}

interface Written {
  readonly ending: Pick<Ending, 'finishReason' | 'promptTokens' | 'completionTokens'>;
  readonly passages: readonly Passage[];
}
