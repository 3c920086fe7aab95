import { Module } from '@nestjs/common';
import { FleetModule } from '../fleet/fleet.module.ts';
import { ResultsModule } from '../results/results.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { ControlServer } from './control-server.ts';

@Module({ imports: [FleetModule, SessionsModule, ResultsModule], providers: [ControlServer], exports: [ControlServer] })
export class ControlModule {}
