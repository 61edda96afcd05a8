/** A part of a document under one heading; the positions are JavaScript string indexes. */
export interface Section {
  readonly start: number;
  readonly end: number;
  /** The headings above and at the section, outermost first. */
  readonly headings: readonly string[];
  /** Whether the section's text begins with its own heading. */
  readonly startsWithHeading: boolean;
}

interface Mark {
  readonly start: number;
  readonly bodyStart: number;
  readonly level: number;
  readonly title: string;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ATX = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const SETEXT = /^ {0,3}(=+|-+)[ \t]*$/;
/** Longer sections are cut at a line, so that no document is worked on in one piece. */
const MAX_SECTION_CHARACTERS = 50_000;

/** The sections of a text, covering all of it in order; plain text is one section. */
export function sectionsOf(text: string, isMarkdown: boolean): Section[] {
  const marks = isMarkdown ? headingsOf(text) : [];
  const sections: Section[] = [];
  const first = marks[0]?.start ?? text.length;
  if (first > 0) sections.push({ start: 0, end: first, headings: [], startsWithHeading: false });
  const open: Mark[] = [];
  marks.forEach((mark, at) => {
    while ((open.at(-1)?.level ?? 0) >= mark.level) open.pop();
    open.push(mark);
    const next = marks[at + 1];
    const end = next?.start ?? text.length;
    // A heading with nothing under it but deeper headings lives on in theirs.
    const isOnlyHeading = text.slice(mark.bodyStart, end).trim() === '';
    if (isOnlyHeading && next !== undefined && next.level > mark.level) return;
    sections.push({ start: mark.start, end, headings: open.map((above) => above.title).filter((title) => title !== ''), startsWithHeading: true });
  });
  return sections.flatMap((section) => cut(text, section));
}

function headingsOf(text: string): Mark[] {
  const marks: Mark[] = [];
  let fence = '';
  let previous: { readonly start: number; readonly line: string } | null = null;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline + 1;
    const line = text.slice(start, end).replace(/\r?\n$/, '');
    const fenced = FENCE.exec(line)?.[1] ?? '';
    if (fence !== '') {
      if (fenced.startsWith(fence) && line.trim() === fenced) fence = '';
    } else if (fenced !== '') {
      fence = fenced;
    } else {
      const mark: Mark | null = atx(line, start, end) ?? setext(line, previous, end);
      if (mark !== null) marks.push(mark);
      previous = mark === null && line.trim() !== '' ? { start, line } : null;
      start = end;
      continue;
    }
    previous = null;
    start = end;
  }
  return marks;
}

function atx(line: string, start: number, end: number): Mark | null {
  const found = ATX.exec(line);
  return found === null ? null : { start, bodyStart: end, level: found[1]?.length ?? 1, title: (found[2] ?? '').trim() };
}

function setext(line: string, previous: { readonly start: number; readonly line: string } | null, end: number): Mark | null {
  const found = previous === null ? null : SETEXT.exec(line);
  // A line of text that begins a list, a quotation or a table is not a heading.
  if (found === null || previous === null || /^\s*([-*+>|]|\d+[.)])/.test(previous.line)) return null;
  return { start: previous.start, bodyStart: end, level: found[1]?.startsWith('=') === true ? 1 : 2, title: previous.line.trim() };
}

function cut(text: string, section: Section): Section[] {
  const parts: Section[] = [];
  let start = section.start;
  while (section.end - start > MAX_SECTION_CHARACTERS) {
    const line = text.lastIndexOf('\n', start + MAX_SECTION_CHARACTERS) + 1;
    const at = line > start + MAX_SECTION_CHARACTERS / 2 ? line : notInsidePair(text, start + MAX_SECTION_CHARACTERS);
    parts.push({ ...section, start, end: at, startsWithHeading: section.startsWithHeading && start === section.start });
    start = at;
  }
  parts.push({ ...section, start, startsWithHeading: section.startsWithHeading && start === section.start });
  return parts;
}

/** A position that does not part the two halves of a character. */
function notInsidePair(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
