import { DomainError } from '@conch/errors';
import { Injectable } from '@nestjs/common';
import { type Generation, Generations } from '../generations/generations.js';
import { samplingOf } from '../generations/sampling-fields.js';
import type { Caller } from '../http/caller.js';

/** One question to a model. */
export interface Question {
  readonly model: string;
  readonly prompt: string;
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
}

/** Answers one question, as a chat when the model knows how to chat, else by writing on. */
@Injectable()
export class GenerateText {
  constructor(private readonly generations: Generations) {}

  async execute(question: Question, caller: Caller): Promise<string> {
    try {
      return await this.answer(question, { $case: 'chatJson', value: JSON.stringify({ messages: [{ role: 'user', content: question.prompt }] }) }, caller);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'CHAT_TEMPLATE_MISSING') throw error;
      return this.answer(question, { $case: 'prompt', value: question.prompt }, caller);
    }
  }

  private async answer({ model, maxTokens, temperature }: Question, input: Generation['input'], caller: Caller): Promise<string> {
    let answer = '';
    await this.generations.follow(
      { model, input, sampling: samplingOf({ temperature }, maxTokens) },
      caller,
      (text) => {
        answer += text;
      },
      { messages: 'prompt' },
    );
    return answer;
  }
}
