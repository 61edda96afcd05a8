import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../paths.mjs';
import { BASE } from './tune.mjs';

/** @typedef {import('./conch-client.mjs').ConchClient} ConchClient */
/** @typedef {import('./screen.mjs').Screen} Screen */

const HANDBOOK = join(ROOT, 'samples', 'handbook.md');
const INDEX_TIMEOUT_MS = 120_000;

/** Puts the handbook into a vector store and asks what only the handbook says, with the store and without. @param {ConchClient} conch @param {Screen} screen */
export async function ground(conch, screen) {
  /** @type {{ question: string }[]} */
  const [first] = JSON.parse(readFileSync(join(ROOT, 'samples', 'handbook.questions.json'), 'utf8'));
  const question = first?.question ?? '';
  const store = await screen.during('samples/handbook.md, cut into passages and embedded', () => indexed(conch));
  const tools = [{ type: 'file_search', vector_store_ids: [store.id] }];
  const grounded = await screen.during(`${BASE} answers from it`, () =>
    conch.post('/responses', { model: BASE, input: question, tools, include: ['file_search_call.results'], temperature: 0 }),
  );
  const alone = await screen.during(`${BASE} answers without it`, () => conch.post('/responses', { model: BASE, input: question, temperature: 0 }));
  const search = grounded.output.find((/** @type {{ type: string }} */ item) => item.type === 'file_search_call');
  const passage = search?.results?.[0]?.text ?? '';
  screen.print();
  screen.table(
    [
      ['question', question],
      [
        'passage found',
        passage
          .replace(/^#+\s*/gm, '')
          .replace(/\s+/g, ' ')
          .trim(),
      ],
      ['with the handbook', `${textOf(grounded)}${citationsIn(grounded)}`],
      ['without it', textOf(alone)],
    ],
    [0.22, 0.78],
    ['bold', undefined],
  );
}

/** @param {ConchClient} conch @returns {Promise<{ id: string }>} */
async function indexed(conch) {
  const file = await conch.upload(HANDBOOK, 'assistants');
  const store = await conch.post('/vector_stores', { name: 'handbook' });
  let attached = await conch.post(`/vector_stores/${store.id}/files`, { file_id: file.id });
  const giveUpAt = Date.now() + INDEX_TIMEOUT_MS;
  while (attached.status === 'in_progress' && Date.now() < giveUpAt) {
    await delay(200);
    attached = await conch.get(`/vector_stores/${store.id}/files/${file.id}`);
  }
  if (attached.status !== 'completed')
    throw new Error(`The handbook could not be indexed; it is ${attached.status}: ${attached.last_error?.message ?? 'it gave no reason'}`);
  return store;
}

/** @param {any} response @returns {{ text: string, annotations: { filename: string }[] }} */
function contentOf(response) {
  const message = response.output.find((/** @type {{ type: string }} */ item) => item.type === 'message');
  return message?.content?.[0] ?? { text: '', annotations: [] };
}

/** @param {any} response */
function textOf(response) {
  return contentOf(response).text.trim();
}

/** @param {any} response */
function citationsIn(response) {
  const files = new Set(contentOf(response).annotations.map(({ filename }) => filename));
  return [...files].map((name) => `  [${name}]`).join('');
}
