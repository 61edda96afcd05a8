import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const OLDEST_NODE = 20;
/** From this version on Go fetches the newer toolchain that a module asks for. */
const OLDEST_GO = [1, 21];

/**
 * Asks an interpreter what the environments need to know of it: its version, whether it can make a virtual environment, and whether
 * its shared library is there, which Triton's Python backend loads.
 */
const PYTHON_QUESTION = `
import importlib.util, json, os, platform, sys, sysconfig
library = os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")
multiarch = os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("MULTIARCH") or "", sysconfig.get_config_var("INSTSONAME") or "")
found = next((path for path in (library, multiarch) if path.endswith((".so", ".so.1.0")) and os.path.exists(path)), None)
print(json.dumps({"version": platform.python_version(), "executable": os.path.realpath(sys.executable),
  "venv": importlib.util.find_spec("ensurepip") is not None and importlib.util.find_spec("venv") is not None,
  "libraryFolder": found and os.path.dirname(found)}))
`;

/** @typedef {{ version: string, executable: string, venv: boolean, libraryFolder: string | null }} Python */

/** @type {Python[] | null} */
let pythons = null;

/** The Python 3.11 that the environments are made with. @returns {Python} */
export function python() {
  const found = candidates().find(isUsable);
  if (found === undefined) throw new Error(pythonProblem() ?? '');
  return found;
}

/** What is missing of what steps need, each as a sentence that says what to do. @param {ReadonlySet<string>} needs @returns {string[]} */
export function missingRequirements(needs) {
  const problems = [nodeProblem()];
  if (needs.has('python')) problems.push(pythonProblem());
  if (needs.has('go')) problems.push(goProblem());
  return problems.filter((problem) => problem !== null);
}

function nodeProblem() {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= OLDEST_NODE ? null : `Node ${process.versions.node} is too old: install Node ${OLDEST_NODE} or newer.`;
}

function pythonProblem() {
  const all = candidates();
  if (all.some(isUsable)) return null;
  const right = all.find(({ version }) => version.startsWith('3.11.'));
  if (right === undefined) {
    const seen = all.length === 0 ? 'none' : all.map(({ version, executable }) => `${version} (${executable})`).join(', ');
    return `Python 3.11 is needed; found: ${seen}. Install it (Debian: apt-get install python3.11 python3.11-venv libpython3.11), or name one with CONCH_PYTHON=/path/to/python3.11.`;
  }
  if (!right.venv) return `${right.executable} cannot make virtual environments: install its venv module (Debian: apt-get install python3.11-venv).`;
  return `${right.executable} has no shared library beside it, which Triton needs: install it (Debian: apt-get install libpython3.11; pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install 3.11).`;
}

function isUsable(/** @type {Python} */ { version, venv, libraryFolder }) {
  return version.startsWith('3.11.') && venv && libraryFolder !== null;
}

/** Every Python that may do, the first one the best. @returns {Python[]} */
function candidates() {
  if (pythons !== null) return pythons;
  const versions = join(process.env['PYENV_ROOT'] || join(homedir(), '.pyenv'), 'versions');
  const pyenv = existsSync(versions) ? readdirSync(versions).filter((name) => name.startsWith('3.11')) : [];
  const given = process.env['CONCH_PYTHON'];
  const names = given ? [given] : ['python3.11', 'python3', ...pyenv.map((name) => join(versions, name, 'bin', 'python3.11'))];
  pythons = names.flatMap((name) => {
    try {
      return [/** @type {Python} */ (JSON.parse(execFileSync(name, ['-c', PYTHON_QUESTION], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })))];
    } catch {
      // Not there, or not a Python that runs: the next one is asked.
      return [];
    }
  });
  return pythons;
}

function goProblem() {
  const text = outputOf('go', ['env', 'GOVERSION']);
  const match = /go(\d+)\.(\d+)/.exec(text ?? '');
  const advice = `install Go ${OLDEST_GO.join('.')} or newer, or put nats-server on the PATH`;
  if (match === null) return `Go is needed to build nats-server: ${advice}.`;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const isNew = major > (OLDEST_GO[0] ?? 0) || (major === OLDEST_GO[0] && minor >= (OLDEST_GO[1] ?? 0));
  return isNew ? null : `Go ${match[0].slice(2)} is too old: ${advice}.`;
}

/** What a program prints; null when it is not there or fails. @param {string} command @param {string[]} args @returns {string | null} */
export function outputOf(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // Not there is an answer here.
    return null;
  }
}

/** Whether a program that prints its version is at least the wanted one. @param {string} command @param {string} wanted @returns {boolean} */
export function hasVersion(command, wanted) {
  const match = /(\d+)\.(\d+)\.(\d+)/.exec(outputOf(command, ['--version']) ?? '');
  if (match === null) return false;
  const [seen, least] = [match.slice(1), wanted.split('.')].map((parts) => parts.map(Number));
  for (const [at, part] of (least ?? []).entries()) if (seen?.[at] !== part) return (seen?.[at] ?? 0) > part;
  return true;
}
