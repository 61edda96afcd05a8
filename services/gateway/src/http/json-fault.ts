/** Where a text stops being JSON. */
export interface JsonFault {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** The character found there, or null at the end of the text. */
  readonly found: string | null;
}

const LITERAL = /^(?:true|false|null)/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters end what a JSON string may hold
const STRING_PART = /[^"\\\u0000-\u001f]+/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Finds the first place at which a text is not JSON; only called on texts that the parser refused, since that says where only sometimes. */
export function findJsonFault(text: string): JsonFault {
  const scanner = new Scanner(text);
  scanner.value();
  scanner.space();
  return place(text, scanner.at);
}

function place(text: string, offset: number): JsonFault {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { offset, line: before.split('\n').length, column: offset - lineStart + 1, found: text.slice(offset, offset + 1) || null };
}

/** Walks as far as the text is JSON; every method says whether it got through, and `at` stays where it did not. */
class Scanner {
  at = 0;

  constructor(private readonly text: string) {}

  space(): void {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text.charAt(this.at))) this.at += 1;
  }

  value(): boolean {
    this.space();
    const next = this.text.charAt(this.at);
    if (next === '{') return this.list('}', () => this.member());
    if (next === '[') return this.list(']', () => this.value());
    if (next === '"') return this.string();
    const rest = this.text.slice(this.at, this.at + 400);
    const scalar = LITERAL.exec(rest) ?? NUMBER.exec(rest);
    if (scalar === null) return false;
    this.at += scalar[0].length;
    return true;
  }

  private list(close: string, element: () => boolean): boolean {
    this.at += 1;
    this.space();
    if (this.take(close)) return true;
    for (;;) {
      if (!element()) return false;
      this.space();
      if (this.take(close)) return true;
      if (!this.take(',')) return false;
    }
  }

  private member(): boolean {
    this.space();
    if (this.text.charAt(this.at) !== '"' || !this.string()) return false;
    this.space();
    return this.take(':') && this.value();
  }

  private string(): boolean {
    this.at += 1;
    while (this.advance(STRING_PART) || this.advance(ESCAPE));
    return this.take('"');
  }

  private advance(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return false;
    this.at += match[0].length;
    return true;
  }

  private take(character: string): boolean {
    if (this.text.charAt(this.at) !== character) return false;
    this.at += 1;
    return true;
  }
}
