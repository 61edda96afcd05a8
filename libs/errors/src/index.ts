export { DomainError, Refusal, asDomainError } from './domain-error.js';
export type { ErrorDetail, ErrorFacts, ErrorKind } from './domain-error.js';
