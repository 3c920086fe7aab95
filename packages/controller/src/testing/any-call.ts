import { type DescService, grpcClient } from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';

/** Calls a method by its name, for tests that walk all of them; of a stream, until its first message or its end. Throws RpcError. */
export async function callAny(
  service: DescService,
  address: string,
  method: string,
  request: object,
  metadata: Record<string, string>,
): Promise<void> {
  const client = grpcClient(service, address, grpc.credentials.createInsecure());
  const calls = client as unknown as Record<
    string,
    (request: object, options: object) => Promise<unknown> | AsyncIterable<unknown>
  >;
  try {
    const answer = calls[method]?.(request, { metadata });
    if (answer === undefined) throw new TypeError(`${service.name} has no ${method}`);
    if (answer instanceof Promise) await answer;
    else for await (const _ of answer) break;
  } finally {
    client.close();
  }
}
