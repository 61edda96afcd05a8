import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from '@conch/errors';

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

/** Checks the service token in constant time; throws `unauthenticated` when it is missing or wrong. */
export class TokenCheck {
  private readonly expected: Buffer;

  constructor(token: string) {
    this.expected = digest(token);
  }

  verify(presented: string | undefined): void {
    if (presented !== undefined && timingSafeEqual(digest(presented), this.expected)) return;
    throw new Refusal(
      'unauthenticated',
      'SERVICE_TOKEN_REFUSED',
      'This call needs the service token: metadata `authorization: Bearer <token>` on gRPC, header `conch-token` on NATS.',
    );
  }
}
