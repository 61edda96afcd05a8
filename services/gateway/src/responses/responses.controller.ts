import { Controller, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { AnswerStream } from '../generations/answer-stream.js';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { pageOfRows } from '../http/page-of-rows.js';
import { listView } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { CONFIG } from '../platform.module.js';
import { CreateResponse } from './create-response/create-response.js';
import { ReadResponse } from './read-response.js';
import { ResponseEvents } from './response-events.js';
import { createResponse, deleteResponse, getResponse, listInputItems } from './response-operations.js';
import type { ResponseView } from './response-schemas.js';
import { shown } from './response.entity.js';

/** Responses: conversations that are kept, and answers from documents. */
@Controller()
export class ResponsesController {
  constructor(
    private readonly creation: CreateResponse,
    private readonly reading: ReadResponse,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Serve(createResponse)
  async create(@Input(createResponse) { body }: InputOf<typeof createResponse>, @From() caller: Caller, @Res() reply: FastifyReply): Promise<void> {
    if (body.stream !== true) return void reply.send(await this.creation.execute(body, caller, new ResponseEvents(null)));
    await AnswerStream.serve(reply, this.config.CONCH_FIRST_TOKEN_GRACE_MS, async (out) => {
      await this.creation.execute(body, caller, new ResponseEvents(out));
    });
  }

  @Serve(getResponse)
  async get(@Input(getResponse) { params, query }: InputOf<typeof getResponse>, @From() caller: Caller): Promise<ResponseView> {
    return shown((await this.reading.execute(caller.projectId, params.response_id)).body, query.include ?? []);
  }

  @Serve(deleteResponse)
  async delete(@Input(deleteResponse) { params }: InputOf<typeof deleteResponse>, @From() caller: Caller) {
    await this.reading.remove(caller.projectId, params.response_id);
    return { id: params.response_id, object: 'response' as const, deleted: true };
  }

  @Serve(listInputItems)
  async inputItems(@Input(listInputItems) { params, query }: InputOf<typeof listInputItems>, @From() caller: Caller) {
    const { inputItems } = await this.reading.execute(caller.projectId, params.response_id);
    const { rows, hasMore } = pageOfRows(query.order === 'asc' ? inputItems : inputItems.toReversed(), query);
    return listView(rows, hasMore);
  }
}
