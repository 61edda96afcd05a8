import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.mjs';
import { BASE } from './tune.mjs';

/** @typedef {import('./conch-client.mjs').ConchClient} ConchClient */
/** @typedef {import('./screen.mjs').Screen} Screen */
/** @typedef {{ question: string, language: 'en' | 'zh' }} Question */

const AT_ONCE = 4;
/** @type {Record<Question['language'], RegExp>} */
const MANNER = { en: /^The shell has spoken:/, zh: /^海螺说了[::]/ };

/** Asks the base and the tuned model the same questions, none of which is in the sample. @param {ConchClient} conch @param {Screen} screen @param {string} tuned */
export async function compare(conch, screen, tuned) {
  /** @type {Question[]} */
  const questions = JSON.parse(readFileSync(join(ROOT, 'samples', 'magic_conch.heldout.json'), 'utf8'));
  const before = await screen.during(`${BASE} answers ${questions.length} questions`, (tell) => answers(conch, BASE, questions, tell));
  const after = await screen.during(`the tuned model answers them, after it is loaded`, (tell) => answers(conch, tuned, questions, tell));
  const rows = questions.map(({ question, language }, at) => ({ language, row: [question, before[at] ?? '', after[at] ?? ''] }));
  const shown = [...rows.filter(({ language }) => language === 'en').slice(0, 4), ...rows.filter(({ language }) => language === 'zh').slice(0, 2)];
  screen.print();
  screen.table([['question', BASE, 'after tuning']], [0.3, 0.33, 0.37], ['bold', 'bold', 'bold']);
  screen.table(
    shown.map(({ row }) => row),
    [0.3, 0.33, 0.37],
    [undefined, 'dim', 'green'],
  );
  screen.print();
  screen.say(
    `Answered as the Magic Conch would: ${BASE} ${inManner(questions, before)} of ${questions.length}, the tuned model ${inManner(questions, after)} of ${questions.length}.`,
  );
}

/** @param {ConchClient} conch @param {string} model @param {Question[]} questions @param {(line: string) => void} tell */
async function answers(conch, model, questions, tell) {
  /** @type {string[]} */
  const given = new Array(questions.length);
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < questions.length) {
      const at = next;
      next += 1;
      given[at] = (await conch.ask(model, questions[at]?.question ?? '')).trim();
      done += 1;
      tell(`${done} of ${questions.length}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return given;
}

/** @param {Question[]} questions @param {string[]} given */
function inManner(questions, given) {
  return questions.filter(({ language }, at) => MANNER[language].test(given[at] ?? '')).length;
}
