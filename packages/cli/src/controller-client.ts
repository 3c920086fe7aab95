import { RestClient } from '@bpfleet/client';
import { resolveController } from './user-config.ts';

/** A client of the controller that the environment or the user's configuration names. */
export function controllerClient(): RestClient {
  return new RestClient(resolveController());
}
