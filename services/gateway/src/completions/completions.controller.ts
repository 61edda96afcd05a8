import { Controller, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { AnswerStream } from '../generations/answer-stream.js';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { Serve } from '../http/serve.js';
import { CONFIG } from '../platform.module.js';
import { CompleteText } from './complete-text/complete-text.js';
import { createCompletion } from './completion-operations.js';

/** Completions of plain texts. */
@Controller()
export class CompletionsController {
  constructor(
    private readonly completion: CompleteText,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Serve(createCompletion)
  async create(@Input(createCompletion) { body }: InputOf<typeof createCompletion>, @From() caller: Caller, @Res() reply: FastifyReply): Promise<void> {
    if (body.stream !== true) return void reply.send(await this.completion.execute(body, caller));
    await AnswerStream.serve(reply, this.config.CONCH_FIRST_TOKEN_GRACE_MS, (out) => this.completion.stream(body, caller, out));
  }
}
