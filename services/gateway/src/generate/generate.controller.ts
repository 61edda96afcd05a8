import { Controller, Inject } from '@nestjs/common';
import type { GatewayConfig } from '../config.js';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { Serve } from '../http/serve.js';
import { CONFIG } from '../platform.module.js';
import { type GeneratedTextView, generateText } from './generate-operations.js';
import { GenerateText } from './generate-text.js';

/** The shortest route to a model. */
@Controller()
export class GenerateController {
  constructor(
    private readonly generation: GenerateText,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Serve(generateText)
  async generate(@Input(generateText) { query }: InputOf<typeof generateText>, @From() caller: Caller): Promise<GeneratedTextView> {
    const { prompt, model = this.config.CONCH_DEFAULT_MODEL, max_tokens: maxTokens, temperature } = query;
    return { generated_text: await this.generation.execute({ model, prompt, maxTokens, temperature }, caller) };
  }
}
