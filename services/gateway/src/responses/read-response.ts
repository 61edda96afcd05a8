import { Injectable } from '@nestjs/common';
import type { StoredResponse } from './response.entity.js';
import { ResponseNotFound } from './response.errors.js';
import { ResponseRepository } from './response.repository.js';

/** Finds a kept response, or says that it is not there. */
@Injectable()
export class ReadResponse {
  constructor(private readonly responses: ResponseRepository) {}

  async execute(projectId: string, id: string): Promise<StoredResponse> {
    const response = await this.responses.find(projectId, id);
    if (response === null) throw new ResponseNotFound(id);
    return response;
  }

  async remove(projectId: string, id: string): Promise<void> {
    if (!(await this.responses.remove(projectId, id))) throw new ResponseNotFound(id);
  }
}
