import { countBuffersAsHeap, keepEventsYoung, loadConfig, onShutdown } from '@bpfleet/runtime';
import { CliError, ExitStatus, wrongRequest } from '../cli-error.ts';
import { lifeline } from '../lifeline.ts';

export interface AgentOptions {
  readonly config?: string;
  readonly join?: string;
  readonly controller?: string;
  readonly label: readonly string[];
  readonly stateDir?: string;
  readonly name?: string;
  readonly socket?: string;
  readonly policy?: string;
}

const DEFAULT_STATE_DIR = '/var/lib/bpfleet/agent';

/** `bpfleet agent`: runs until it is told to stop. Returns the exit status. */
export async function agent(options: AgentOptions): Promise<number> {
  countBuffersAsHeap();
  keepEventsYoung();
  const { parseAgentConfig, startAgent } = await import('@bpfleet/agent');
  const config =
    options.config === undefined
      ? parseAgentConfig(agentSettings(options))
      : loadConfig(options.config, (settings) =>
          parseAgentConfig({ ...settings, ...agentSettings(options, settings) }),
        );
  // A signal during enrolment ends the process as signals do; nothing is attached yet.
  const running = await startAgent(config);
  let stopping = false;
  const stop = () => {
    stopping = true;
    return running.close();
  };
  const release = onShutdown(stop);
  const reload = () => running.reloadPolicy();
  process.on('SIGHUP', reload);
  const letGo = lifeline(stop);
  await running.closed;
  release();
  process.off('SIGHUP', reload);
  letGo();
  if (!stopping) {
    throw new CliError(ExitStatus.failed, 'The agent ended by itself; its log says why.');
  }
  return ExitStatus.done;
}

/** The settings that the options give; they come before those of a file. */
export function agentSettings(options: AgentOptions, file: Record<string, unknown> = {}): Record<string, unknown> {
  const { config, join, controller, label, stateDir, name, socket, policy } = options;
  if (join !== undefined && controller === undefined && file.controller === undefined) {
    throw wrongRequest(
      '--join needs --controller HOST:PORT.',
      'The port is the one for agents, 7072 unless configured.',
    );
  }
  return {
    ...(config === undefined || stateDir !== undefined ? { stateDir: stateDir ?? DEFAULT_STATE_DIR } : {}),
    ...(controller === undefined ? {} : { controller }),
    ...(join === undefined ? {} : { joinToken: join }),
    ...(name === undefined ? {} : { name }),
    ...(socket === undefined ? {} : { socket }),
    ...(policy === undefined ? {} : { policy }),
    ...(label.length === 0
      ? {}
      : { labels: { ...(file.labels as object | undefined), ...Object.fromEntries(label.map(parseLabel)) } }),
  };
}

function parseLabel(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw wrongRequest(`--label ${text}: give KEY=VALUE.`);
  }
  return [text.slice(0, equals), text.slice(equals + 1)];
}
