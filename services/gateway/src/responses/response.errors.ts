import { DomainError } from '@conch/errors';

/** There is no such response, or it was made with `store: false`. */
export class ResponseNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'RESPONSE_NOT_FOUND';

  constructor(id: string) {
    super(`Response with id '${id}' not found. It may have been deleted, or made with \`store: false\`.`, { param: 'response_id', facts: { id } });
  }
}

/** The response to go on from is not there. */
export class PreviousResponseNotFound extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'PREVIOUS_RESPONSE_NOT_FOUND';

  constructor(id: string) {
    super(`Previous response with id '${id}' not found. It may have been deleted, or made with \`store: false\`.`, {
      param: 'previous_response_id',
      facts: { id },
    });
  }
}
