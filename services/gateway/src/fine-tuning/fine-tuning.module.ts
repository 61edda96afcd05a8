import { Module } from '@nestjs/common';
import { FineTuningController } from './fine-tuning.controller.js';
import { FollowEvents } from './follow-events/follow-events.js';

/** Fine-tuning jobs, their events and checkpoints. */
@Module({ controllers: [FineTuningController], providers: [FollowEvents] })
export class FineTuningModule {}
