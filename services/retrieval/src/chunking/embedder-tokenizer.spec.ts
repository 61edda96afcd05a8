import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbedderTokenizer } from './embedder-tokenizer.js';

const TOKENIZER = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: ['[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }],
    pair: [],
    special_tokens: { '[CLS]': { id: '[CLS]', ids: [1], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [2], tokens: ['[SEP]'] } },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, word: 3, '##s': 4, 水: 5 },
  },
};

describe(EmbedderTokenizer.name, () => {
  let folder: string;
  let tokenizer: EmbedderTokenizer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conch-embedder-'));
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(TOKENIZER));
    await writeFile(join(folder, 'tokenizer_config.json'), '{}');
    await writeFile(join(folder, 'sentence_bert_config.json'), '{"max_seq_length": 256}');
    tokenizer = await EmbedderTokenizer.open(folder);
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('leaves room for what the model adds', () => {
    expect(tokenizer.windowTokens).toBe(254);
  });

  it('counts words and ideographs as the model does, those of the higher planes too', () => {
    expect(tokenizer.count('word words')).toBe(3);
    expect(tokenizer.count('水水')).toBe(2);
    expect(tokenizer.count('\u{20000}\u{20001}word')).toBe(3);
  });
});
