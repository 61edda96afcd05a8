const PACKAGE = '^((?:libs|services|apps)/[^/]+|tests)/';
const TEST_FILE = '[.](spec|fixture)[.]ts$';
const WIRES = '(^|/)node_modules/(@nats-io|@grpc|nice-grpc|nice-grpc-[a-z-]+)/|(^|/)libs/(rpc|events)/';
/** A file in a folder of its own name; those named on-… handle an event, and the gateway's are clients of the others. */
const USE_CASE = { path: '/([^/]+)/\\1[.]ts$', pathNot: '/on-[^/]+[.]ts$|^services/gateway/' };

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
function rule(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to };
}

/** What may import what. Each rule has a known-bad example in tests/boundaries that must fail with its name. */
export default {
  forbidden: [
    rule('no-service-in-service', 'Services ask each other over the wire.', { path: '^services/([^/]+)/' }, { path: '^services/', pathNot: '^services/$1/' }),
    rule('no-service-in-lib', 'Libraries know nothing of those who use them.', { path: '^libs/' }, { path: '^(services|apps|tests)/' }),
    rule(
      'package-doors-only',
      'A package is entered by its name; what it does not export is its own business.',
      { path: '^((?:libs|services|apps)/[^/]+)/' },
      { path: PACKAGE, pathNot: '^$1/', dependencyTypes: ['local'] },
    ),
    rule('nothing-unresolved', 'An import must lead somewhere, by a door that the package opens.', {}, { couldNotResolve: true }),
    rule(
      'declared-packages-only',
      "What is imported stands in the package's own package.json.",
      { path: '^(libs|services|apps)/', pathNot: TEST_FILE },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    ),
    rule(
      'kernel-stands-alone',
      'Errors, configuration and contracts import nothing of ours.',
      { path: '^libs/(errors|config|contracts)/' },
      { path: '^(libs|services|apps)/', pathNot: '^libs/$1/' },
    ),
    rule(
      'domain-without-frameworks',
      'Entities, errors and repository ports are plain TypeScript.',
      { path: '[.](entity|errors|repository)[.]ts$', pathNot: '/(postgres|folder|memory|nats|rpc)-[^/]+[.]repository[.]ts$' },
      { path: `(^|/)node_modules/(@nestjs|kysely|pg|fastify)/|(^|/)libs/contracts/|${WIRES}` },
    ),
    rule('use-cases-without-wires', 'Use cases do not know by which door they were called.', USE_CASE, { path: `${WIRES}|[.]controller[.]ts$` }),
    rule(
      'only-inference-knows-triton',
      'Models are asked through inference.',
      { path: '^(libs|services|apps)/', pathNot: '^services/inference/' },
      { path: 'contracts/.*kserve|(^|/)services/inference/triton/' },
    ),
    rule(
      'only-gateway-speaks-http',
      'One door for REST.',
      { path: '^(libs|services|apps)/', pathNot: '^services/gateway/' },
      { path: '(^|/)node_modules/(fastify|@fastify|@nestjs/platform-[a-z]+|express|swagger-ui-dist)/' },
    ),
    rule(
      'testing-in-tests-only',
      'Test servers start in specs and fixtures only.',
      { pathNot: `${TEST_FILE}|^libs/testing/|^tests/` },
      { path: '(^|/)libs/testing/' },
    ),
    rule('tests-stay-outside', 'What runs does not lean on what tests it.', { path: '^(libs|services|apps)/', pathNot: TEST_FILE }, { path: TEST_FILE }),
    rule(
      'outside-means-outside',
      'What tests the whole stack sees what its users see.',
      { path: '^tests/(e2e|faults|bench|stack)/' },
      { path: '^(services|apps)/' },
    ),
    rule('no-circles', 'Two files that need each other are one file, or need a third.', {}, { circular: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|[.]conch|[.]nx)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@conch/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
