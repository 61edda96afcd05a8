import type { StoredResponse } from './response.entity.js';

/** Where responses are kept. */
export abstract class ResponseRepository {
  abstract add(response: StoredResponse): Promise<void>;
  /** The response, or null when the project has none of that id. */
  abstract find(projectId: string, id: string): Promise<StoredResponse | null>;
  /** Says whether it was there. */
  abstract remove(projectId: string, id: string): Promise<boolean>;
}
