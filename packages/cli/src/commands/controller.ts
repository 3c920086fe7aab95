import { AtRest, countBuffersAsHeap, loadConfig, loopBusy, onShutdown, releaseMemory } from '@bpfleet/runtime';
import { ExitStatus } from '../cli-error.ts';
import { lifeline } from '../lifeline.ts';

/** A controller that runs for more than this share of the time has results to take or nodes that come; pings of thousands are below it. */
const BUSY_SHARE = 0.3;

/** What Node keeps of each TLS connection for what comes in, bytes. Of an agent at rest it uses some 4 KiB. */
const RECEIVE_BUFFER = 65_536;

const libc = () => import('@bpfleet/tracer/process');

/** `bpfleet controller --config FILE`: runs until it is told to stop. Returns the exit status. */
export async function controller(options: { readonly config: string }): Promise<number> {
  countBuffersAsHeap();
  await mapReceiveBuffers();
  const { parseControllerConfig, startController } = await import('@bpfleet/controller');
  const running = await startController(loadConfig(options.config, parseControllerConfig));
  const rest = new AtRest({ busy: loopBusy(BUSY_SHARE), release: () => releaseMemory(libc) });
  const stopped = Promise.withResolvers<void>();
  const stop = () => {
    running.close().then(stopped.resolve, stopped.reject);
  };
  const release = onShutdown(stop);
  const letGo = lifeline(stop);
  await stopped.promise;
  release();
  letGo();
  rest.close();
  return ExitStatus.done;
}

async function mapReceiveBuffers(): Promise<void> {
  try {
    (await libc()).mapLargeBlocks(RECEIVE_BUFFER);
  } catch (error) {
    // Only memory is at stake, of a machine whose C library is another.
    process.emitWarning(`connections take more memory than they need: ${String(error)}`);
  }
}
