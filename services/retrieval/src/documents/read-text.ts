import { DocumentRefused } from './document.errors.js';

/** A file's text, and how it is to be read. */
export interface ReadText {
  readonly text: string;
  readonly isMarkdown: boolean;
}

const MARKDOWN = ['md', 'markdown'];
const PLAIN = ['txt', 'text'];

/** Refuses a file whose name says that it is neither text nor markdown. */
export function checkKind(filename: string): { readonly isMarkdown: boolean } {
  const dot = filename.lastIndexOf('.');
  const extension = dot < 0 ? '' : filename.slice(dot + 1).toLowerCase();
  if (MARKDOWN.includes(extension)) return { isMarkdown: true };
  if (PLAIN.includes(extension)) return { isMarkdown: false };
  const found = extension === '' ? 'has no extension' : `ends in .${extension}`;
  const read = [...MARKDOWN, ...PLAIN].map((name) => `.${name}`).join(', ');
  throw new DocumentRefused('unsupported_file', `'${filename}' ${found}; text and markdown files are read (${read}). Convert it and attach it again.`);
}

/** Reads a text or markdown file in UTF-8. */
export function readText(filename: string, bytes: Buffer): ReadText {
  const { isMarkdown } = checkKind(filename);
  const text = decode(filename, bytes);
  const zero = text.indexOf('\0');
  if (zero >= 0) throw new DocumentRefused('invalid_file', `'${filename}' has a zero byte at character ${zero}, so it is no text file.`);
  if (text.trim() === '') throw new DocumentRefused('invalid_file', `'${filename}' holds no text.`);
  return { text, isMarkdown };
}

function decode(filename: string, bytes: Buffer): string {
  try {
    // A byte order mark is taken off.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DocumentRefused(
      'invalid_file',
      `'${filename}' is not UTF-8 (the first bad byte is at ${firstBadByte(bytes)}). Save it as UTF-8 and attach it again.`,
    );
  }
}

/** Where the bytes stop being UTF-8, found by halving. */
function firstBadByte(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function decodes(bytes: Buffer): boolean {
  try {
    // An unfinished last character is no fault here.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
