import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const REQUEST_TIMEOUT_MS = 180_000;
const RECONNECTS = 10;

/** @typedef {{ id: string, message: string, type: 'message' | 'metrics', level: string, data: Record<string, number> | null }} JobEvent */

/** Talks to Conch the way any program can: plain HTTP, JSON and server-sent events. */
export class ConchClient {
  /** @param {{ baseURL: string, apiKey: string }} connection */
  constructor({ baseURL, apiKey }) {
    this.baseURL = baseURL;
    this.headers = { authorization: `Bearer ${apiKey}` };
  }

  /** @param {string} path @returns {Promise<any>} */
  async get(path) {
    return (await this.#send(path, { method: 'GET' })).json();
  }

  /** @param {string} path @param {object} body @returns {Promise<any>} */
  async post(path, body) {
    return (await this.#send(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json();
  }

  /** @param {string} path of the file @param {string} purpose @returns {Promise<any>} */
  async upload(path, purpose) {
    const form = new FormData();
    form.set('purpose', purpose);
    form.set('file', await openAsBlob(path), basename(path));
    return (await this.#send('/files', { method: 'POST', body: form })).json();
  }

  /** @param {string} model @param {string} question @returns {Promise<string>} */
  async ask(model, question) {
    const answer = await this.post('/chat/completions', { model, messages: [{ role: 'user', content: question }], temperature: 0, max_tokens: 64 });
    return answer.choices[0].message.content;
  }

  /** A job's events from the first on until it ends, whatever happens to the connection meanwhile. @param {string} jobId @returns {AsyncGenerator<JobEvent>} */
  async *follow(jobId) {
    let last = '0';
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await this.#send(
          `/fine_tuning/jobs/${jobId}/events`,
          { method: 'GET', headers: { accept: 'text/event-stream', 'last-event-id': last } },
          null,
        );
        for await (const { id, data } of eventsOf(response)) {
          last = id || last;
          attempt = 0;
          yield JSON.parse(data);
        }
      } catch (error) {
        if (attempt >= RECONNECTS || error instanceof ConchRefusal) throw error;
      }
      const { status } = await this.get(`/fine_tuning/jobs/${jobId}`);
      if (['succeeded', 'failed', 'cancelled'].includes(status)) return;
      if (attempt >= RECONNECTS) throw new Error(`the events of ${jobId} break off again and again while it is ${status}`);
      await delay(500);
    }
  }

  /** @param {string} path @param {RequestInit} request @param {number | null} [timeoutMs] */
  async #send(path, request, timeoutMs = REQUEST_TIMEOUT_MS) {
    const headers = { ...this.headers, .../** @type {Record<string, string>} */ (request.headers) };
    const response = await fetch(this.baseURL + path, { ...request, headers, ...(timeoutMs === null ? {} : { signal: AbortSignal.timeout(timeoutMs) }) });
    if (response.ok) return response;
    throw new ConchRefusal(`${request.method} ${path}`, response.status, await response.text());
  }
}

/** Conch refused a request. */
export class ConchRefusal extends Error {
  /** @param {string} what @param {number} status @param {string} body */
  constructor(what, status, body) {
    super(`${what} was answered with ${status}: ${messageIn(body)}`);
  }
}

/** @param {string} body */
function messageIn(body) {
  try {
    return JSON.parse(body).error.message;
  } catch {
    // No answer of ours, then; its own words are all there is.
    return body.slice(0, 500);
  }
}

/** @param {Response} response @returns {AsyncGenerator<{ id: string, data: string }>} */
async function* eventsOf(response) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (response.body))) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = { id: '', data: '' };
      for (const line of block.split('\n')) {
        if (line.startsWith('id:')) event.id = line.slice(3).trim();
        if (line.startsWith('data:')) event.data += line.slice(5).trim();
      }
      if (event.data !== '' && event.data !== '[DONE]') yield event;
    }
  }
}
