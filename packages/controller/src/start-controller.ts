import 'reflect-metadata';
import { mkdir, readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { createLogger, type Logger } from '@bpfleet/runtime';
import { loadLibrary, ownLibrary, ToolError, type ToolLibrary } from '@bpfleet/tools';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { DataSource } from 'typeorm';
import { AccessControl } from './access/access-control.ts';
import { TokenService } from './access/token.service.ts';
import { unbounded } from './access/token-bounds.ts';
import { AuditSealer } from './audit/audit-sealer.ts';
import type { ControllerConfig } from './config/controller-config.ts';
import { listen } from './config/listen.ts';
import { tlsOptions } from './config/tls-options.ts';
import { controllerVersion } from './config/version.ts';
import { ControlServer } from './control/control-server.ts';
import { controllerModule } from './controller.module.ts';
import { ControllerError } from './controller-error.ts';
import { openDatabase } from './database/data-source.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './database/embedded-postgres.ts';
import { Hints } from './database/hints.ts';
import { CertificateAuthority } from './fleet/certificate-authority.ts';
import { AssignmentWatch } from './gateway/assignment-watch.ts';
import { GatewayServer } from './gateway/gateway-server.ts';
import { NodeQuestions } from './gateway/node-questions.ts';
import { Metrics } from './metrics/metrics.ts';
import { serveDocumentation, validationPipe } from './openapi/documentation.ts';
import { writePrivateFile } from './private-file.ts';
import { ProblemFilter } from './problem/problem-filter.ts';
import { answerMalformed } from './rest/malformed-request.ts';
import { requestLog } from './rest/request-log.ts';
import { ResultRetention } from './results/retention.ts';
import { ScheduleRunner } from './schedules/schedule-runner.ts';
import { SessionQueue } from './sessions/queue/session-queue.ts';
import { RolloutRunner } from './sessions/rollout/rollout-runner.ts';
import { SessionDeadlines } from './sessions/session-deadlines.ts';

const maxBodyBytes = '4mb';

export interface RunningController {
  /** Without a path: the API is at `/api/v1` below it. */
  readonly restUrl: string;
  /** HOST:PORT */
  readonly grpcAddress: string;
  /** HOST:PORT, for agents on this machine. */
  readonly agentAddress: string;
  /** An API token with the role admin, the same at every start. */
  readonly bootstrapAdminToken: string;
  /** Ends connections, then the database if it is ours. Agents keep measuring, and deliver later. */
  close(): Promise<void>;
}

/** Starts a controller. Throws ControllerError; whatever had been started by then is stopped again. */
export async function startController(config: ControllerConfig): Promise<RunningController> {
  const log = createLogger({ name: 'controller', level: config.logLevel });
  const undo: (() => unknown)[] = [];
  const close = async () => {
    for (let stop = undo.pop(); stop !== undefined; stop = undo.pop()) {
      await stop();
    }
  };
  try {
    return await start(config, log, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  config: ControllerConfig,
  log: Logger,
  undo: (() => unknown)[],
  close: () => Promise<void>,
): Promise<RunningController> {
  const tools = readTools(config);
  await makeDataDir(config.dataDir);
  const [database, authority] = await Promise.all([connect(config, undo), CertificateAuthority.open(config.dataDir)]);
  undo.push(() => database.destroy());
  await requireSameAuthority(database, authority);

  const [restTls, grpcTls] = await Promise.all([tlsOptions(config.rest, 'REST'), tlsOptions(config.grpc, 'gRPC')]);
  const { rate, capacity, retention: kept } = config;
  const version = controllerVersion;
  const foundations = { database, authority, log, rate, version, capacity, retention: kept, tools };
  const app = await NestFactory.create<NestExpressApplication>(controllerModule(foundations), {
    logger: false,
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: true,
    ...(restTls === undefined ? {} : { httpsOptions: restTls }),
  });
  undo.push(() => app.close());
  app.use(requestLog(log, app.get(Metrics)));
  app.useBodyParser('json', { limit: maxBodyBytes });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(log, app.get(AccessControl)));
  app.disable('x-powered-by');
  serveDocumentation(app);
  await app.init();

  const token = await bootstrapToken(config.dataDir, app.get(TokenService));
  const gateway = app.get(GatewayServer);
  const control = app.get(ControlServer);
  const deadlines = app.get(SessionDeadlines);
  const hints = app.get(Hints);
  undo.push(() => hints.stop());
  hints.start();
  const watch = app.get(AssignmentWatch);
  undo.push(() => watch.stop());
  watch.start();
  undo.push(app.get(NodeQuestions).start());
  undo.push(() => gateway.stop());
  const agentPort = await gateway.start(config.agents);
  undo.push(() => control.stop());
  const grpcPort = await control.start(config.grpc, grpcTls);
  answerMalformed(app.getHttpServer() as Server);
  const restPort = await listen(app.getHttpServer() as Server, config.rest, 'REST');
  undo.push(() => deadlines.stop());
  deadlines.start();
  const queue = app.get(SessionQueue);
  undo.push(() => queue.stop());
  queue.start();
  const rollouts = app.get(RolloutRunner);
  undo.push(() => rollouts.stop());
  rollouts.start();
  const sealer = app.get(AuditSealer);
  undo.push(() => sealer.stop());
  sealer.start();
  const retention = app.get(ResultRetention);
  undo.push(() => retention.stop());
  retention.start();
  const schedules = app.get(ScheduleRunner);
  undo.push(() => schedules.stop());
  schedules.start();

  const running = {
    restUrl: `${restTls === undefined ? 'http' : 'https'}://${authorityOf(config.rest.host, restPort)}`,
    grpcAddress: authorityOf(config.grpc.host, grpcPort),
    agentAddress: authorityOf(config.agents.host, agentPort),
  };
  warnOfPlainText(config, log);
  log.info(running, 'controller started');
  return { ...running, bootstrapAdminToken: token, close };
}

/** Throws ControllerError `tools_unusable` with all that is wrong with them. */
function readTools({ tools }: ControllerConfig): ToolLibrary {
  try {
    return loadLibrary([ownLibrary, ...tools]);
  } catch (cause) {
    if (!(cause instanceof ToolError)) throw cause;
    throw new ControllerError('tools_unusable', cause.message, { cause });
  }
}

async function connect(config: ControllerConfig, undo: (() => unknown)[]): Promise<DataSource> {
  if (config.databaseUrl !== undefined) {
    return openDatabase(config.databaseUrl);
  }
  const server: EmbeddedPostgres = await startEmbeddedPostgres(config.dataDir);
  undo.push(() => server.stop());
  return openDatabase(server.url);
}

/** Throws ControllerError `other_authority` where the nodes of this database have certificates of another. */
async function requireSameAuthority(database: DataSource, authority: CertificateAuthority): Promise<void> {
  await database.query('insert into certificate_authority (pin) values ($1) on conflict do nothing', [authority.pin]);
  const [row]: { pin: string }[] = await database.query('select pin from certificate_authority');
  if (row?.pin !== authority.pin) {
    const remedy = 'copy the folder "ca" from the data folder of a controller that is part of it';
    throw new ControllerError('other_authority', `This controller is not of the fleet of its database: ${remedy}.`);
  }
}

/** PostgreSQL's user must be able to pass through; what is secret has a mode of its own. */
async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ControllerError('data_dir_unusable', `The data folder ${dataDir} cannot be made: ${why}.`, { cause });
  }
}

/** The token of the first start, as long as the database knows it; another database gets another. */
async function bootstrapToken(dataDir: string, tokens: TokenService): Promise<string> {
  const file = join(dataDir, 'admin-token');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if ((await tokens.callerOf(kept.trim()))?.role === 'admin') {
    return kept.trim();
  }
  const terms = { role: 'admin', name: 'bootstrap', ttlMs: null, bounds: unbounded } as const;
  const { token } = await tokens.issueApi(terms, null);
  await writePrivateFile(file, `${token}\n`);
  return token;
}

/** Tokens are in every request. */
function warnOfPlainText({ rest, grpc }: ControllerConfig, log: Logger): void {
  const plain = [rest, grpc].filter(({ host, tls }) => tls === undefined && !isLoopback(host));
  if (plain.length > 0) {
    const where = plain.map(({ host, port }) => `${host}:${port}`);
    log.warn(
      { where },
      'the API is served without TLS: whoever is on the way can read its tokens; set tls, or use a proxy',
    );
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** An address to dial: listening everywhere includes loopback. */
function authorityOf(host: string, port: number): string {
  const dialled = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return dialled.includes(':') ? `[${dialled}]:${port}` : `${dialled}:${port}`;
}
