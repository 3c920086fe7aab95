import { AtRest, countBuffersAsHeap, loadConfig, loopBusy, onShutdown, releaseHeap } from '@bpfleet/runtime';
import { ExitStatus } from '../cli-error.ts';
import { lifeline } from '../lifeline.ts';

/** A controller that runs for more than this share of the time has results to take or nodes that come; pings of thousands are below it. */
const BUSY_SHARE = 0.3;

/** `bpfleet controller --config FILE`: runs until it is told to stop. Returns the exit status. */
export async function controller(options: { readonly config: string }): Promise<number> {
  countBuffersAsHeap();
  const { parseControllerConfig, startController } = await import('@bpfleet/controller');
  const running = await startController(loadConfig(options.config, parseControllerConfig));
  const rest = new AtRest({ busy: loopBusy(BUSY_SHARE), release: releaseHeap });
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
