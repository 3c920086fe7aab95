import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  AgentService,
  addHealth,
  addReflection,
  channelOptions,
  create,
  grpcService,
  HealthService,
  type Hello,
  HelloSchema,
} from '@bpfleet/contracts';
import { AtRest, ConfigError, createLogger, type Logger, releaseMemory } from '@bpfleet/runtime';
import type { AgentConfig } from './agent-config.ts';
import { AgentError } from './agent-error.ts';
import { raiseBootEpoch } from './epoch/boot-epoch.ts';
import { lockState } from './epoch/state-lock.ts';
import { fleetClock } from './fleet-clock.ts';
import { defaultPolicy } from './guard/default-policy.ts';
import { NodeGuard } from './guard/node-guard.ts';
import type { Policy } from './guard/policy.ts';
import { fixedPolicy, PolicyFile, type PolicySource } from './guard/policy-file.ts';
import { parseHostPorts } from './identity/host-port.ts';
import { type Identity, loadIdentity, saveIdentity } from './identity/identity.ts';
import { Renewal } from './identity/renewal.ts';
import { openStateDir, type StateDir } from './identity/state-dir.ts';
import { askFacts, loadTracing } from './load-tracing.ts';
import { nodeFactsOfBoot, nodeInfo } from './node-info.ts';
import { tellPrivileges } from './privilege/tell-privileges.ts';
import { Sessions } from './reconcile/sessions.ts';
import type { ServiceSurroundings } from './service/agent-service.ts';
import { Callers } from './service/callers.ts';
import { Collections } from './service/collections.ts';
import { EventFeed } from './service/event-feed.ts';
import { openFileDisk } from './spool/file-disk.ts';
import { Spool } from './spool/spool.ts';
import type { NodeFacts, Tracing } from './tracing.ts';
import { ClockOffset } from './uplink/clock-offset.ts';
import { ClockWatch } from './uplink/clock-watch.ts';
import type { ConnectionTimes } from './uplink/connection.ts';
import { Dispatch } from './uplink/dispatch.ts';
import { Uplink } from './uplink/uplink.ts';

export interface RunningAgent {
  readonly nodeName: string;
  readonly socketPath: string;
  /** Settled once the agent has ended. */
  readonly closed: Promise<void>;
  /** Reads the node's policy again. */
  reloadPolicy(): void;
  /** Ends what is measured cleanly, keeps what is not delivered in the spool. */
  close(): Promise<void>;
}

const lastDeliveryMs = 1_000;

/** What a test puts in the place of the real thing. */
export interface AgentParts {
  readonly tracing?: () => Promise<Tracing>;
  readonly facts?: () => Promise<NodeFacts>;
  readonly log?: Logger;
  readonly times?: ConnectionTimes;
}

/**
 * Starts an agent in this process: takes the state folder, enrols if need be, serves the socket, and keeps connected to
 * the controller. Throws AgentError.
 */
export async function startAgent(config: AgentConfig, parts: AgentParts = {}): Promise<RunningAgent> {
  const log = parts.log ?? createLogger({ name: 'agent', level: config.logLevel });
  const undo: (() => unknown)[] = [];
  try {
    const dir = await openStateDir(config.stateDir);
    const lock = await lockState(dir);
    undo.push(() => lock.release());
    return await startOn(dir, config, parts, log, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

async function startOn(
  dir: StateDir,
  config: AgentConfig,
  parts: AgentParts,
  log: Logger,
  undo: (() => unknown)[],
): Promise<RunningAgent> {
  const tracing = parts.tracing ?? loadTracing;
  const facts = await nodeFactsOfBoot(join(dir.root, 'node-facts.json'), parts.facts ?? askFacts);
  // Before anything that others see: an agent does not start under a policy that it cannot read.
  const policy = policyOf(config, defaultPolicy(facts.features.includes('run_stats')), log);
  undo.push(() => policy.close());
  tellPrivileges(facts, log);
  const identity = await identityOf(dir, config, facts, log);
  const bootEpoch = await raiseBootEpoch(dir);
  const nodeName = identity?.name ?? config.name ?? hostname();
  const info = () => nodeInfo(facts, { name: nodeName, labels: config.labels, bootEpoch });

  const { spool, damage } = await Spool.open(await openFileDisk(dir.spool), { maxBytes: config.spoolBytes });
  undo.push(() => spool.shut());
  if (damage.bytes > 0 || damage.frames > 0n) {
    log.warn(
      { bytes: damage.bytes, frames: Number(damage.frames) },
      'parts of the spool are damaged; what is missing is counted',
    );
  }

  const offset = new ClockOffset();
  const clock = fleetClock(() => offset.ms);
  let uplink: Uplink | null = null;
  let renewal: Renewal | null = null;
  const guard = new NodeGuard({
    policy,
    refusedUse: async (program, { deny }) => (await tracing()).refusedUse(program, deny),
    log,
  });
  const feed = new EventFeed();
  const surroundings = {
    tracing,
    guard,
    spool,
    clock,
    log,
    feed,
    onChange: () => uplink?.report(),
    onSpooled: () => uplink?.deliver(),
  };
  const sessions = new Sessions(bootEpoch, surroundings);
  undo.push(() => sessions.close());
  const killed = await sessions.recover();
  if (killed > 0)
    log.warn({ sessions: killed }, 'an earlier agent was killed while it measured; what it had spooled is delivered');

  const collections = new Collections(guard, feed);
  undo.push(() => collections.close());
  const busy = () => collections.busy || !sessions.active()[Symbol.iterator]().next().done;
  const rest = new AtRest({ busy, release: () => releaseMemory(() => import('@bpfleet/tracer/process')) });
  undo.push(() => rest.close());
  const socketPath = config.socket ?? dir.socket;
  const callers = new Callers(config.listen?.names ?? []);
  const service = await startService(socketPath, config, callers, {
    tracing,
    guard,
    nodeInfo: info,
    collections,
    sessions: () => sessions.active(),
    clock,
    feed,
    callerOf: (call) => callers.of(call),
    log,
  });
  undo.push(() => service.close());

  if (identity && config.controller !== null) {
    const dispatch = new Dispatch({
      spool,
      sessions,
      tracing,
      guard,
      log,
      onAcked: () => uplink?.deliver(),
      onRefused: (id, seq) => uplink?.deliverAgain(id, seq),
    });
    const addresses = parseHostPorts(config.controller);
    const renewing = new Renewal({ identity, dir, addresses, clock, log });
    renewal = renewing;
    const watch = new ClockWatch(log);
    uplink = new Uplink({
      addresses,
      identity: () => renewing.identity,
      onExpired: () => renewing.renew(),
      spool,
      log,
      hello: (): Hello => {
        const spooledSessions = [...new Set([...spool.runs()].map((run) => run.session))];
        return create(HelloSchema, { node: info(), nodeId: identity.nodeId, spooledSessions });
      },
      observed: () => sessions.observed(),
      onClockSample: (sample) => {
        offset.add(sample);
        watch.note(offset.ms, performance.now());
      },
      onConnecting: () => dispatch.connecting(),
      onMessage: (message, reply) => dispatch.receive(message, reply),
      ...(parts.times ? { times: parts.times } : {}),
    });
  }
  log.info(
    { node: nodeName, socket: socketPath, controller: config.controller, bootEpoch: Number(bootEpoch) },
    'agent started',
  );

  const ended = Promise.withResolvers<void>();
  let closing: Promise<void> | null = null;
  const close = async () => {
    try {
      await sessions.close();
      // What is not taken by then, the next process delivers.
      await uplink?.drained(lastDeliveryMs);
      await uplink?.close();
      await renewal?.close();
      await service.close();
      collections.close();
      policy.close();
      rest.close();
      await spool.shut();
      await undo[0]?.();
      log.info({ node: nodeName }, 'agent ended');
    } finally {
      ended.resolve();
    }
  };
  return {
    nodeName,
    socketPath,
    closed: ended.promise,
    reloadPolicy: () => policy.reload(),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function identityOf(dir: StateDir, config: AgentConfig, facts: NodeFacts, log: Logger): Promise<Identity | null> {
  if (config.controller === null) return null;
  const addresses = parseHostPorts(config.controller);
  const known = await loadIdentity(dir);
  if (known) return known;
  if (!config.joinToken) {
    throw new AgentError(
      'not_enrolled',
      `this node is not enrolled at ${config.controller} yet: give it a join token, from "bpfleet token create --join"`,
    );
  }
  // Loaded only here: an agent enrols once in its life.
  const { enrollAtAny } = await import('./identity/enroll.ts');
  const node = nodeInfo(facts, { name: config.name ?? hostname(), labels: config.labels, bootEpoch: 0n });
  const identity = await enrollAtAny(addresses, config.joinToken, node);
  await saveIdentity(dir, identity);
  log.info({ node: identity.name, nodeId: identity.nodeId }, 'enrolled');
  return identity;
}

/** Throws AgentError `invalid_config`. */
function policyOf(config: AgentConfig, defaults: Policy, log: Logger): PolicySource {
  if (config.policy === undefined) return fixedPolicy(defaults);
  try {
    return new PolicyFile(config.policy, defaults, log);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new AgentError('invalid_config', `the node's policy cannot be used: ${error.message}`, { cause: error });
  }
}

async function startService(path: string, config: AgentConfig, callers: Callers, surroundings: ServiceSurroundings) {
  const [grpc, { agentService }, { authorise }, { serveSocket }, { serveTcp }] = await Promise.all([
    import('@grpc/grpc-js'),
    import('./service/agent-service.ts'),
    import('./service/authorise.ts'),
    import('./service/serve-socket.ts'),
    import('./service/serve-tcp.ts'),
  ]);
  const server = new grpc.Server({ ...channelOptions(), interceptors: [authorise(callers)] });
  server.addService(grpcService(AgentService), agentService(surroundings));
  const health = addHealth(server, [AgentService]);
  addReflection(server, [AgentService, HealthService]);
  const socket = await serveSocket(server, path, {
    callers,
    group: config.socketGroup ?? null,
    peerOf: async (fd) => (await import('@bpfleet/tracer/process')).peerCredentials(fd),
    log: surroundings.log,
  });
  const close = async () => {
    health.close();
    surroundings.feed.close();
    server.forceShutdown();
    await socket.close();
  };
  try {
    if (config.listen) await serveTcp(server, config.listen);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
