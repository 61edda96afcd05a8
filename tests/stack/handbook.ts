import { z } from 'zod';
import { readSample } from './running-stack.js';

const Questions = z.array(z.object({ question: z.string(), fact: z.string(), language: z.enum(['en', 'zh']), section: z.string() }));

/** A question that only the handbook answers, and the words that the answer must have. */
export type HandbookQuestion = z.output<typeof Questions>[number];

/** The questions that come with the handbook, in one language. */
export function handbookQuestions(language: 'en' | 'zh'): HandbookQuestion[] {
  return readSample('handbook.questions.json', Questions).filter((row) => row.language === language);
}
