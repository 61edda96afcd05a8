import { suite } from './jest.suite.mjs';

/** Services on their real parts, started one by one by the specs. */
export default suite('integration');
