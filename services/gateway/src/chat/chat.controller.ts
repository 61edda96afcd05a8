import { Controller, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { AnswerStream } from '../generations/answer-stream.js';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { Serve } from '../http/serve.js';
import { CONFIG } from '../platform.module.js';
import { createChatCompletion } from './chat-operations.js';
import { CompleteChat } from './complete-chat/complete-chat.js';

/** Chat completions. */
@Controller()
export class ChatController {
  constructor(
    private readonly completion: CompleteChat,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Serve(createChatCompletion)
  async create(@Input(createChatCompletion) { body }: InputOf<typeof createChatCompletion>, @From() caller: Caller, @Res() reply: FastifyReply): Promise<void> {
    if (body.stream !== true) return void reply.send(await this.completion.execute(body, caller));
    await AnswerStream.serve(reply, this.config.CONCH_FIRST_TOKEN_GRACE_MS, (out) => this.completion.stream(body, caller, out));
  }
}
