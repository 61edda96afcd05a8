import { stackSuite } from './jest.suite.mjs';

/** The whole stack from the outside: REST, gRPC and the unmodified SDKs. */
export default stackSuite('e2e');
