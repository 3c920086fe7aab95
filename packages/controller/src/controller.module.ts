import type { Logger } from '@bpfleet/runtime';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AccessModule } from './access/access.module.ts';
import { AccessGuard } from './access/access-guard.ts';
import { LOGGER, VERSION } from './config/tokens.ts';
import { ControlModule } from './control/control.module.ts';
import { CertificateAuthority } from './fleet/certificate-authority.ts';
import { FleetModule } from './fleet/fleet.module.ts';
import { GatewayModule } from './gateway/gateway.module.ts';
import { HealthModule } from './health/health.module.ts';
import { ResultsModule } from './results/results.module.ts';
import { SessionsModule } from './sessions/sessions.module.ts';

/** What every module may use. */
export interface Foundations {
  readonly database: DataSource;
  readonly authority: CertificateAuthority;
  readonly log: Logger;
  readonly version: string;
}

@Global()
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest's form of a dynamic module.
class FoundationsModule {
  static of({ database, authority, log, version }: Foundations): DynamicModule {
    const providers = [
      { provide: DataSource, useValue: database },
      { provide: CertificateAuthority, useValue: authority },
      { provide: LOGGER, useValue: log },
      { provide: VERSION, useValue: version },
    ];
    return { module: FoundationsModule, providers, exports: providers };
  }
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest's form of a dynamic module.
export class ControllerModule {
  static of(foundations: Foundations): DynamicModule {
    return {
      module: ControllerModule,
      imports: [
        FoundationsModule.of(foundations),
        AccessModule,
        FleetModule,
        SessionsModule,
        ResultsModule,
        GatewayModule,
        ControlModule,
        HealthModule,
      ],
      providers: [{ provide: APP_GUARD, useClass: AccessGuard }],
    };
  }
}
