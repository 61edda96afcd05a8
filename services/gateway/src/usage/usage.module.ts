import { Global, Module } from '@nestjs/common';
import { BookUsage } from './book-usage.js';
import { UsageLedger } from './usage-ledger.js';
import { UsageController } from './usage.controller.js';

/** What projects have used. Booking is started with the process. */
@Global()
@Module({ controllers: [UsageController], providers: [UsageLedger, BookUsage], exports: [UsageLedger, BookUsage] })
export class UsageModule {}
