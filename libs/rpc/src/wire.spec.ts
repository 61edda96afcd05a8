import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { ClientError } from 'nice-grpc';
import { errorFromStatus } from './wire.js';

describe('a bare gRPC status', () => {
  it.each([
    [status.INTERNAL, 'internal', 'Request message serialization failure: invalid int32: 2147483648'],
    [status.UNAVAILABLE, 'unavailable', 'connect ECONNREFUSED'],
  ])('%s tells callers nothing of the library or of where the peer is', (code, kind, details) => {
    const error = errorFromStatus(new ClientError('/a.B/c', code, details), '10.0.0.7:4444');
    expect(error.kind).toBe(kind);
    expect(error.message).not.toContain(details);
    expect(error.message).not.toContain('10.0.0.7');
    expect(String(error.cause)).toContain(`10.0.0.7:4444: ${details}`);
  });
});
