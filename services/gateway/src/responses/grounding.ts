import type { Hit } from '@conch/contracts/retrieval';
import type { Turn } from './input-items.js';
import { wordsOf } from './words.js';

/**
 * The words with which passages are handed to a model. The base model that ships with Conch was trained on exactly this form
 * (`passages_message` in services/training/engines/tiny/corpus/grounded.py) to answer by quoting a passage; a change on one side
 * needs the same on the other.
 */
const PASSAGE_HEADER = 'Answer from these passages.';

const UNSPACED = /\p{Script=Han}/u;
const HEADING = /^#{1,6}[ \t]+(.*?)[ \t]*#*$/gm;

/** The system message that gives a model the passages to answer from, best first. */
export function passagesMessage(passages: readonly string[]): string {
  return [PASSAGE_HEADER, ...passages.map((text, at) => `[${at + 1}] ${text}`)].join('\n');
}

/**
 * A found passage in one line, as the model knows passages. A Markdown heading loses its marks; one whose words the text repeats is
 * left out, because a small model would quote it along with the sentence after it.
 */
export function passageText({ text }: Pick<Hit, 'text'>): string {
  const body = inOneLine(text.replace(HEADING, ''));
  const told = new Set(wordsOf(body).map((word) => word.text));
  const kept = text.replace(HEADING, (_, title: string) => (wordsOf(title).every((word) => told.has(word.text)) ? '' : title));
  return body === '' ? inOneLine(text.replace(HEADING, '$1')) : inOneLine(kept);
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** What is answered, without asking the model, when no passage is near enough to the question. */
export function nothingFound(question: string): string {
  return UNSPACED.test(question) ? '文档中没有提到这一点。' : 'The documents do not say.';
}

/** The messages for a model. What instructs it comes first and in one message, because many chat templates take no other. */
export function promptOf(turns: readonly Turn[], instructions: string | null, passages: readonly string[]): Turn[] {
  const system = [
    ...(instructions === null || instructions === '' ? [] : [instructions]),
    ...turns.filter(({ role }) => role === 'system').map(({ content }) => content),
    ...(passages.length === 0 ? [] : [passagesMessage(passages)]),
  ];
  const said = turns.filter(({ role }) => role !== 'system');
  return system.length === 0 ? said : [{ role: 'system', content: system.join('\n\n') }, ...said];
}
