import { build } from './build.mjs';
import { conchTiny } from './conch-tiny.mjs';
import { embedder } from './embedder.mjs';
import { natsServer } from './go-programs.mjs';
import { nodePackages } from './node-packages.mjs';
import { clientsEnvironment, lintEnvironment, postgresEnvironment, servingEnvironment, trainerEnvironment } from './python-environments.mjs';
import { pythonTool } from './python-tool.mjs';
import { tritonBackend } from './triton-backend.mjs';

/**
 * Every step, those first that others wait for longest: the trainer is the largest download, and the base model is trained with it.
 * @type {readonly import('./step.mjs').Step[]}
 */
export const STEPS = Object.freeze([
  pythonTool,
  trainerEnvironment,
  nodePackages,
  natsServer,
  servingEnvironment,
  postgresEnvironment,
  build,
  conchTiny,
  embedder,
  tritonBackend,
  clientsEnvironment,
  lintEnvironment,
]);
