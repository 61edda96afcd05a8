/** @typedef {{ tokens: number, firstTokenMs: number, totalMs: number, text: string }} Streamed */

/**
 * One streamed completion through the gateway, of exactly as many tokens as are asked for.
 * @param {import('./bench-stack.mjs').Connection} connection
 * @param {{ model: string, prompt: string, tokens: number }} order
 * @returns {Promise<Streamed>}
 */
export async function streamCompletion({ baseURL, apiKey }, { model, prompt, tokens }) {
  const startedAt = performance.now();
  const answer = await fetch(`${baseURL}/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, prompt, max_tokens: tokens, ignore_eos: true, temperature: 0, stream: true, stream_options: { include_usage: true } }),
  });
  if (!answer.ok || answer.body === null) throw new Error(`the gateway answered ${answer.status}: ${await answer.text()}`);
  let firstTokenMs = 0;
  let counted = 0;
  let text = '';
  for await (const event of eventsOf(answer.body)) {
    const part = event.choices?.[0]?.text ?? '';
    if (part !== '' && firstTokenMs === 0) firstTokenMs = performance.now() - startedAt;
    text += part;
    counted = event.usage?.completion_tokens ?? counted;
  }
  if (counted !== tokens) throw new Error(`${tokens} tokens were asked for and ${counted} came`);
  return { tokens: counted, firstTokenMs, totalMs: performance.now() - startedAt, text };
}

/** @typedef {{ choices?: { text?: string }[], usage?: { completion_tokens: number } | null, error?: { message: string } }} CompletionEvent */

/** The events of a stream, as they come. @param {ReadableStream<Uint8Array>} body @returns {AsyncIterable<CompletionEvent>} */
async function* eventsOf(body) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data:') || line.trimEnd().endsWith('[DONE]')) continue;
      /** @type {CompletionEvent} */
      const event = JSON.parse(line.slice('data:'.length));
      if (event.error !== undefined) throw new Error(`the stream broke: ${event.error.message}`);
      yield event;
    }
  }
}
