import { Module } from '@nestjs/common';
import { FilesController } from './files.controller.js';
import { UploadFile } from './upload-file/upload-file.js';

/** Files, whatever they are for. */
@Module({ controllers: [FilesController], providers: [UploadFile] })
export class FilesModule {}
