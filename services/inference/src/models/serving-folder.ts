import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { ChatTemplate } from './chat-template.js';
import { longestTokenOf } from './longest-token.js';

const Special = z.union([z.string(), z.object({ content: z.string() })]).nullish();

const TokenizerConfig = z.object({
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]).nullish(),
  bos_token: Special,
  eos_token: Special,
});

const ModelConfig = z.object({ max_position_embeddings: z.number().int().positive().optional() });

const GenerationConfig = z.object({
  do_sample: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().int().nullish(),
  repetition_penalty: z.number().nullish(),
});

/** Sampling values that the model's authors ship in `generation_config.json`. */
export type ModelDefaults = z.output<typeof GenerationConfig>;

/** What is used of a model's tokenizer. */
export interface TextTokenizer {
  encode(text: string): { readonly ids: readonly number[] };
  token_to_id(token: string): number | undefined;
}

// The package's own types import each other in a way that NodeNext does not follow, so that they say nothing.
type TokenizerClass = new (tokenizer: unknown, config: unknown) => TextTokenizer;

/** What inference knows of a model from the files that it is served with. */
export interface ServingFolder {
  readonly path: string;
  readonly template: ChatTemplate | null;
  readonly tokenizer: TextTokenizer;
  readonly contextLength: number;
  /** Characters of the longest token; a text of more than so many for each place in the context cannot fit. */
  readonly longestToken: number;
  readonly defaults: ModelDefaults;
}

/** Reads a serving folder's tokenizer, template and limits; throws when a file that every model has is missing or broken. */
export async function readServingFolder(path: string): Promise<ServingFolder> {
  const rawTokenizer: unknown = JSON.parse(await readFile(join(path, 'tokenizer.json'), 'utf8'));
  const rawConfig: unknown = JSON.parse(await readFile(join(path, 'tokenizer_config.json'), 'utf8'));
  const config = TokenizerConfig.parse(rawConfig);
  const model = ModelConfig.parse(JSON.parse(await readFile(join(path, 'config.json'), 'utf8')));
  const generation = await readOptional(join(path, 'generation_config.json'));
  const tokenizer = new (Tokenizer as TokenizerClass)(rawTokenizer, rawConfig);
  const source = (await readOptional(join(path, 'chat_template.jinja'))) ?? templateOf(config.chat_template ?? null);
  const bos = textOf(config.bos_token);
  const first = tokenizer.encode('').ids[0];
  const addsBos = bos !== '' && first !== undefined && first === tokenizer.token_to_id(bos);
  return {
    path,
    tokenizer,
    template: source === null ? null : new ChatTemplate(source, { bos, eos: textOf(config.eos_token) }, addsBos),
    contextLength: model.max_position_embeddings ?? 2048,
    longestToken: longestTokenOf(rawTokenizer),
    defaults: GenerationConfig.parse(generation === null ? {} : JSON.parse(generation)),
  };
}

function templateOf(value: z.output<typeof TokenizerConfig>['chat_template'] | null): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  return value.find((entry) => entry.name === 'default')?.template ?? null;
}

function textOf(token: z.output<typeof Special>): string {
  if (token === null || token === undefined) return '';
  return typeof token === 'string' ? token : token.content;
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
