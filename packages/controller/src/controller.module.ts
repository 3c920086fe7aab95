import type { Logger } from '@bpfleet/runtime';
import type { ToolLibrary } from '@bpfleet/tools';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AccessModule } from './access/access.module.ts';
import { AccessGuard } from './access/access-guard.ts';
import type { Rate } from './access/rate-limiter.ts';
import { AuditModule } from './audit/audit.module.ts';
import { CAPACITY, LOGGER, RATE, RETENTION, TOOLS, VERSION } from './config/tokens.ts';
import { ControlModule } from './control/control.module.ts';
import { Hints } from './database/hints.ts';
import { CertificateAuthority } from './fleet/certificate-authority.ts';
import { FleetModule } from './fleet/fleet.module.ts';
import { GatewayModule } from './gateway/gateway.module.ts';
import { HealthModule } from './health/health.module.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import { ProgramsModule } from './programs/programs.module.ts';
import type { Retention } from './results/plan-retention.ts';
import { ResultsModule } from './results/results.module.ts';
import { SchedulesModule } from './schedules/schedules.module.ts';
import type { Capacity } from './sessions/queue/plan-queue.ts';
import { SessionsModule } from './sessions/sessions.module.ts';
import { ToolsModule } from './tools/tools.module.ts';

/** What every module may use. */
export interface Foundations {
  readonly database: DataSource;
  readonly authority: CertificateAuthority;
  readonly log: Logger;
  /** How often one token may be used. */
  readonly rate: Rate;
  readonly version: string;
  readonly capacity: Capacity;
  readonly retention: Retention;
  readonly tools: ToolLibrary;
}

/** What every module may use. */
@Global()
@Module({})
class FoundationsModule {}

@Module({})
class ControllerModule {}

/** The whole controller, on its foundations. Nothing in it starts by itself. */
export function controllerModule(foundations: Foundations): DynamicModule {
  const { database, authority, log, rate, version, capacity, retention, tools } = foundations;
  const shared = [
    { provide: DataSource, useValue: database },
    { provide: CertificateAuthority, useValue: authority },
    { provide: LOGGER, useValue: log },
    { provide: RATE, useValue: rate },
    { provide: VERSION, useValue: version },
    { provide: CAPACITY, useValue: capacity },
    { provide: RETENTION, useValue: retention },
    { provide: TOOLS, useValue: tools },
  ];
  return {
    module: ControllerModule,
    imports: [
      { module: FoundationsModule, providers: [...shared, Hints], exports: [...shared, Hints] },
      AuditModule,
      AccessModule,
      FleetModule,
      SessionsModule,
      SchedulesModule,
      ResultsModule,
      ProgramsModule,
      ToolsModule,
      GatewayModule,
      ControlModule,
      HealthModule,
      MetricsModule,
    ],
    providers: [{ provide: APP_GUARD, useClass: AccessGuard }],
  };
}
