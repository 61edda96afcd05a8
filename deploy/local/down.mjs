import { parseArgs } from 'node:util';
import { secondsSince } from './bootstrap/progress.mjs';
import { stateDirFrom } from './paths.mjs';
import { stopStack } from './stack-client.mjs';

const startedAt = Date.now();
const { values } = parseArgs({ options: { state: { type: 'string' } } });
const stateDir = stateDirFrom(values.state);
const { wasUp, cleared } = await stopStack(stateDir);
if (wasUp) console.log(`Conch is down, after ${secondsSince(startedAt)}. Its data stays in ${stateDir}.`);
else if (cleared > 0) console.log(`Conch's supervisor was gone; cleared the ${cleared} processes that it left. The data stays in ${stateDir}.`);
else console.log(`Conch was not up (${stateDir}).`);
