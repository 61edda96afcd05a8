import { FileNotFound } from '../file.errors.js';
import type { FileRepository } from '../file.repository.js';

/** Removes a file. Its dataset version stays, because models that were trained on it point back at it. */
export class DeleteFile {
  constructor(private readonly files: FileRepository) {}

  async execute(projectId: string, id: string): Promise<void> {
    if (!(await this.files.remove(projectId, id))) throw new FileNotFound(id);
  }
}
