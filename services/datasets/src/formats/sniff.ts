/** What a file is when it is no text that could hold rows, by its first bytes; null when it may be one. */
export function sniffUnreadable(head: Buffer): { readonly problem: string; readonly wayOut: string } | null {
  const [first, second] = head;
  const asText = 'upload JSON or JSON Lines as plain text';
  if (first === 0x1f && second === 0x8b) return { problem: 'the file is compressed with gzip', wayOut: `unpack it and ${asText}` };
  if (first === 0x50 && second === 0x4b) return { problem: 'the file is a zip archive (or a spreadsheet)', wayOut: `unpack or export it and ${asText}` };
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return { problem: 'the file is Parquet', wayOut: `export its rows and ${asText}` };
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || (first !== 0 && second === 0)) {
    return { problem: 'the file is encoded in UTF-16', wayOut: 'save it in the encoding UTF-8' };
  }
  return null;
}
