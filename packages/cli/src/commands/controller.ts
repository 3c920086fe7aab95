import { countBuffersAsHeap, loadConfig, onShutdown } from '@bpfleet/runtime';
import { ExitStatus } from '../cli-error.ts';
import { lifeline } from '../lifeline.ts';

/** `bpfleet controller --config FILE`: runs until it is told to stop. Returns the exit status. */
export async function controller(options: { readonly config: string }): Promise<number> {
  countBuffersAsHeap();
  const { parseControllerConfig, startController } = await import('@bpfleet/controller');
  const running = await startController(loadConfig(options.config, parseControllerConfig));
  const stopped = Promise.withResolvers<void>();
  const stop = () => {
    running.close().then(stopped.resolve, stopped.reject);
  };
  const release = onShutdown(stop);
  const letGo = lifeline(stop);
  await stopped.promise;
  release();
  letGo();
  return ExitStatus.done;
}
