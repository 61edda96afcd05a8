import { asDomainError } from '@conch/errors';
import { newId } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../http/caller.js';
import { unixSeconds } from '../../http/schemas.js';
import { draftResponse } from '../draft-response.js';
import { inputItemsOf, turnOf, type Turn } from '../input-items.js';
import { type FoundPassage, SearchPassages, queryOf } from '../search-passages.js';
import type { ResponseEvents } from '../response-events.js';
import type { ResponseBodyInput } from '../response-operations.js';
import type { FileSearchCallView, ResponseView } from '../response-schemas.js';
import { PreviousResponseNotFound } from '../response.errors.js';
import { ResponseRepository } from '../response.repository.js';
import { shown } from '../response.entity.js';
import { attributesOf } from '../../vector-stores/store-views.js';
import { WriteAnswer } from '../write-answer.js';

/** Answers a conversation: searches the documents when it is asked to, has the model write, cites, and keeps the response. */
@Injectable()
export class CreateResponse {
  constructor(
    private readonly responses: ResponseRepository,
    private readonly searching: SearchPassages,
    private readonly writing: WriteAnswer,
  ) {}

  async execute(input: ResponseBodyInput, caller: Caller, events: ResponseEvents): Promise<ResponseView> {
    const inputItems = inputItemsOf(input.input, () => newId('msg_'));
    const turns = [...(await this.earlierTurns(input, caller)), ...inputItems.map(turnOf)];
    const draft = draftResponse(input);
    events.response('response.created', draft);
    events.response('response.in_progress', draft);
    const body = await this.answer({ input, turns, draft }, caller, events);
    const include = input.include ?? [];
    if (body.store) {
      const answers = body.output.flatMap((item) =>
        item.type === 'message' ? item.content.map(({ text }): Turn => ({ role: 'assistant', content: text })) : [],
      );
      await this.responses.add({ projectId: caller.projectId, body, inputItems, turns: [...turns, ...answers] });
    }
    const told = shown(body, include);
    await events.end(told);
    return told;
  }

  private async earlierTurns({ previous_response_id: id }: ResponseBodyInput, { projectId }: Caller): Promise<readonly Turn[]> {
    if (id == null) return [];
    const previous = await this.responses.find(projectId, id);
    if (previous === null) throw new PreviousResponseNotFound(id);
    return previous.turns;
  }

  private async answer({ input, turns, draft }: Asked, caller: Caller, events: ResponseEvents): Promise<ResponseView> {
    try {
      const searched = await this.search(input, turns, caller, events);
      const { message, usage } = await this.writing.execute(
        { input, turns, passages: searched?.hits ?? null, place: searched === null ? 0 : 1 },
        caller,
        events,
      );
      const output = searched === null ? [message] : [searched.call, message];
      const isCut = message.status === 'incomplete';
      return {
        ...draft,
        status: isCut ? 'incomplete' : 'completed',
        completed_at: isCut ? null : unixSeconds(new Date()),
        incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
        output,
        usage,
      };
    } catch (thrown) {
      if (events.isUntold || caller.signal.aborted) throw thrown;
      const { message, kind } = asDomainError(thrown);
      return {
        ...draft,
        status: 'failed',
        error: { code: kind === 'exhausted' ? 'rate_limit_exceeded' : kind === 'invalid' ? 'invalid_prompt' : 'server_error', message },
      };
    }
  }

  private async search(input: ResponseBodyInput, turns: readonly Turn[], caller: Caller, events: ResponseEvents): Promise<Searched | null> {
    const tool = input.tools?.[0];
    const query = queryOf(turns);
    if (tool === undefined || input.tool_choice === 'none' || query === '') return null;
    const call: FileSearchCallView = { id: newId('fs_'), type: 'file_search_call', status: 'in_progress', queries: [query], results: null };
    events.itemAdded(0, call);
    events.search('in_progress', 0, call.id);
    events.search('searching', 0, call.id);
    const hits = await this.searching.execute(tool, query, caller);
    const done: FileSearchCallView = { ...call, status: 'completed', results: hits.map(resultOf) };
    events.search('completed', 0, call.id);
    events.itemDone(0, input.include?.includes('file_search_call.results') === true ? done : { ...done, results: null });
    return { call: done, hits };
  }
}

interface Asked {
  readonly input: ResponseBodyInput;
  readonly turns: readonly Turn[];
  readonly draft: ResponseView;
}

interface Searched {
  readonly call: FileSearchCallView;
  readonly hits: readonly FoundPassage[];
}

function resultOf(hit: FoundPassage) {
  return {
    file_id: hit.fileId,
    filename: hit.filename,
    score: hit.score,
    text: hit.text,
    attributes: attributesOf(hit.attributesJson),
    vector_store_id: hit.storeId,
  };
}
