import { toGrpcStatus } from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import type { Callers } from './callers.ts';

/** Refuses every call, also those of health and reflection, whose caller may not make any. */
export function authorise(callers: Callers): grpc.ServerInterceptor {
  return (_method, call) =>
    new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            try {
              callers.of(call);
            } catch (error) {
              call.sendStatus(toGrpcStatus(error));
              return;
            }
            proceed(metadata);
          },
        }),
    });
}
