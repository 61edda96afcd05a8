import { stackSuite } from './jest.suite.mjs';

/** The whole stack while its processes are killed, halted and cut off. */
export default stackSuite('faults');
