import type { Logger } from '@bpfleet/runtime';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AccessModule } from './access/access.module.ts';
import { AccessGuard } from './access/access-guard.ts';
import { CAPACITY, LOGGER, VERSION } from './config/tokens.ts';
import { ControlModule } from './control/control.module.ts';
import { Hints } from './database/hints.ts';
import { CertificateAuthority } from './fleet/certificate-authority.ts';
import { FleetModule } from './fleet/fleet.module.ts';
import { GatewayModule } from './gateway/gateway.module.ts';
import { HealthModule } from './health/health.module.ts';
import { ResultsModule } from './results/results.module.ts';
import { SchedulesModule } from './schedules/schedules.module.ts';
import type { Capacity } from './sessions/queue/plan-queue.ts';
import { SessionsModule } from './sessions/sessions.module.ts';

/** What every module may use. */
export interface Foundations {
  readonly database: DataSource;
  readonly authority: CertificateAuthority;
  readonly log: Logger;
  readonly version: string;
  readonly capacity: Capacity;
}

/** What every module may use. */
@Global()
@Module({})
class FoundationsModule {}

@Module({})
class ControllerModule {}

/** The whole controller, on its foundations. Nothing in it starts by itself. */
export function controllerModule({ database, authority, log, version, capacity }: Foundations): DynamicModule {
  const foundations = [
    { provide: DataSource, useValue: database },
    { provide: CertificateAuthority, useValue: authority },
    { provide: LOGGER, useValue: log },
    { provide: VERSION, useValue: version },
    { provide: CAPACITY, useValue: capacity },
  ];
  return {
    module: ControllerModule,
    imports: [
      { module: FoundationsModule, providers: [...foundations, Hints], exports: [...foundations, Hints] },
      AccessModule,
      FleetModule,
      SessionsModule,
      SchedulesModule,
      ResultsModule,
      GatewayModule,
      ControlModule,
      HealthModule,
    ],
    providers: [{ provide: APP_GUARD, useClass: AccessGuard }],
  };
}
