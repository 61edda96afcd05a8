import { Module } from '@nestjs/common';
import { GenerationsModule } from '../generations/generations.module.js';
import { ChatController } from './chat.controller.js';
import { CompleteChat } from './complete-chat/complete-chat.js';

/** Answers to conversations. */
@Module({ imports: [GenerationsModule], controllers: [ChatController], providers: [CompleteChat] })
export class ChatModule {}
