import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { TokenCounter } from './token-counter.js';

const SentenceConfig = z.object({ max_seq_length: z.number().int().positive() });
const JsonObject = z.record(z.string(), z.unknown());

/**
 * Ideographs beyond the first plane. The model's own tokenizer takes each as a word, this package does not: it would count too few
 * tokens, and a text that seems to fit would be refused.
 */
const RARE_IDEOGRAPHS = /[\u{20000}-\u{2FA1F}]/gu;

/** What is used of a tokenizer. The package's own types import each other in a way that NodeNext does not follow, so that they say nothing. */
interface TextTokenizer {
  encode(text: string, options?: { readonly add_special_tokens: boolean }): { readonly ids: readonly number[] };
}
type TokenizerClass = new (tokenizer: unknown, config: unknown) => TextTokenizer;

/** The embedding model's own tokenizer, read from its folder. */
export class EmbedderTokenizer extends TokenCounter {
  private constructor(
    private readonly tokenizer: TextTokenizer,
    readonly windowTokens: number,
  ) {
    super();
  }

  /** Reads `tokenizer.json`, `tokenizer_config.json` and `sentence_bert_config.json`; throws when one is missing or odd. */
  static async open(folder: string): Promise<EmbedderTokenizer> {
    const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));
    const tokenizer = new (Tokenizer as TokenizerClass)(JsonObject.parse(await read('tokenizer.json')), JsonObject.parse(await read('tokenizer_config.json')));
    const { max_seq_length: maxTokens } = SentenceConfig.parse(await read('sentence_bert_config.json'));
    const added = tokenizer.encode('').ids.length;
    return new EmbedderTokenizer(tokenizer, maxTokens - added);
  }

  override count(text: string): number {
    return this.tokenizer.encode(text.replace(RARE_IDEOGRAPHS, ' $& '), { add_special_tokens: false }).ids.length;
  }
}
