import { Refusal } from '@conch/errors';
import type { ModelServer } from '../../triton/model-server.js';
import { TextTooLong } from '../../triton/triton.errors.js';
import type { GenerationMeter } from '../generation-meter.js';

export interface EmbedCommand {
  readonly projectId: string;
  readonly requestId: string;
  readonly model: string;
  readonly texts: readonly string[];
  readonly signal: AbortSignal;
}

export interface EmbeddedTexts {
  /** Little-endian 32-bit floats, one buffer a text, in order. */
  readonly vectors: readonly Buffer[];
  readonly promptTokens: number;
}

/** OpenAI's limit on inputs of one request. */
const MAX_TEXTS = 2_048;
/** Texts sent to the model together; more only makes the others wait. */
const BATCH = 32;

/** Vectors for texts, by the embedding model that is always served. */
export class Embed {
  constructor(
    private readonly server: ModelServer,
    private readonly servedName: string,
    private readonly publicName: string,
    private readonly meter: GenerationMeter,
  ) {}

  async execute(command: EmbedCommand): Promise<EmbeddedTexts> {
    this.check(command);
    const vectors: Buffer[] = [];
    let promptTokens = 0;
    for (let start = 0; start < command.texts.length; start += BATCH) {
      const batch = await this.batch(command, start);
      vectors.push(...batch.vectors);
      for (const tokens of batch.tokens) promptTokens += tokens;
    }
    const usage = { requestId: command.requestId, model: this.publicName, operation: 'embed', promptTokens, completionTokens: 0, cancelled: false };
    await this.meter.announce(command.projectId, usage);
    return { vectors, promptTokens };
  }

  private async batch({ texts, signal }: EmbedCommand, start: number): Promise<{ vectors: Buffer[]; tokens: number[] }> {
    try {
      return await this.server.embed(this.servedName, texts.slice(start, start + BATCH), signal);
    } catch (error) {
      throw error instanceof TextTooLong ? error.countedFrom(start) : error;
    }
  }

  private check(command: EmbedCommand): void {
    if (command.model !== this.publicName) {
      throw new Refusal(
        'not_found',
        'MODEL_NOT_FOUND',
        `The model '${command.model}' is not an embedding model that is served here. Use '${this.publicName}'.`,
        { param: 'model' },
      );
    }
    if (command.texts.length === 0) throw new Refusal('invalid', 'INPUT_EMPTY', 'input: must have at least one text.', { param: 'input' });
    if (command.texts.length > MAX_TEXTS) {
      throw new Refusal('invalid', 'INPUT_TOO_LONG', `input: has ${command.texts.length} texts; one request takes at most ${MAX_TEXTS}.`, { param: 'input' });
    }
    const blank = command.texts.indexOf('');
    if (blank >= 0)
      throw new Refusal('invalid', 'INPUT_EMPTY', `input[${blank}]: is empty; every text needs at least one character.`, { param: `input[${blank}]` });
  }
}
