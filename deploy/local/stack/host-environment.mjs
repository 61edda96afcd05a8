import { dirname } from 'node:path';
import { NODE } from '../paths.mjs';

/** What processes take from the caller's environment beside what the prefixes below say: the ways out to a hub included. */
const KEPT = new Set(['HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'NPROC_PER_NODE', 'FORCE_TORCHRUN']);
const KEPT_PROXIES = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy']);
const KEPT_CERTIFICATES = new Set(['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS']);
const KEPT_PREFIX = /^(CONCH|HF|OPENBLAS|OMP|MKL|CUDA|NCCL)_/;
/** The supervisor's own, which no process is to see. */
const PRIVATE = new Set(['CONCH_OVERRIDES', 'CONCH_PARENT', 'CONCH_TEST_CONNECTION']);

/** The part of the caller's environment that the stack's processes get; nothing else leaks in. @param {NodeJS.ProcessEnv} env @returns {Record<string, string>} */
export function hostEnvironment(env) {
  /** @type {Record<string, string>} */
  const kept = { PATH: `${dirname(NODE)}:${env['PATH'] ?? '/usr/bin:/bin'}` };
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || PRIVATE.has(name)) continue;
    if (KEPT.has(name) || KEPT_PROXIES.has(name) || KEPT_CERTIFICATES.has(name) || KEPT_PREFIX.test(name)) kept[name] = value;
  }
  return kept;
}

/**
 * Settings for single processes, as JSON: `CONCH_OVERRIDES='{"training":{"CONCH_LEASE_SECONDS":"5"}}'`. They win over everything.
 * @param {string | undefined} text
 * @returns {Record<string, Record<string, string>>}
 */
export function readOverrides(text) {
  if (text === undefined || text === '') return {};
  const advice = `CONCH_OVERRIDES must be JSON like {"training":{"CONCH_LEASE_SECONDS":"5"}}, not ${text}`;
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(advice, { cause: error });
  }
  const isRecord = (/** @type {unknown} */ one) => typeof one === 'object' && one !== null && !Array.isArray(one);
  if (!isRecord(value)) throw new Error(advice);
  for (const settings of Object.values(value)) {
    if (!isRecord(settings) || Object.values(settings).some((one) => typeof one !== 'string')) throw new Error(advice);
  }
  return value;
}
