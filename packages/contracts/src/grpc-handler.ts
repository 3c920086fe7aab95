import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type * as grpc from '@grpc/grpc-js';
import type { SerializedMessage } from './grpc-service.ts';
import { toGrpcStatus } from './rpc-error.ts';

/** Any method of a generated service. */
export interface TypedMethod<I extends DescMessage = DescMessage, O extends DescMessage = DescMessage> {
  readonly input: I;
  readonly output: O;
}

/** An async function as the handler of a unary method: what it throws becomes a status with details. */
export function unaryHandler<I extends DescMessage, O extends DescMessage>(
  _method: TypedMethod<I, O>,
  handle: (
    request: MessageShape<I>,
    call: grpc.ServerUnaryCall<MessageShape<I>, MessageInitShape<O>>,
  ) => MessageInitShape<O> | Promise<MessageInitShape<O>>,
): grpc.handleUnaryCall<MessageShape<I>, MessageInitShape<O>> {
  return (call, reply) => {
    Promise.resolve()
      .then(() => handle(call.request, call))
      .then(
        (response) => reply(null, response),
        (error: unknown) => reply(toGrpcStatus(error)),
      );
  };
}

/**
 * An async generator as the handler of a server-streaming method. Waits for a slow reader, and is returned from
 * (`finally` runs) when the caller goes away.
 */
export function serverStreamHandler<I extends DescMessage, O extends DescMessage>(
  _method: TypedMethod<I, O>,
  handle: (
    request: MessageShape<I>,
    call: grpc.ServerWritableStream<MessageShape<I>, MessageInitShape<O>>,
  ) => AsyncGenerator<MessageInitShape<O> | SerializedMessage, void, void>,
): grpc.handleServerStreamingCall<MessageShape<I>, MessageInitShape<O>> {
  return (call) => {
    void pump(call, handle(call.request, call));
  };
}

async function pump<T>(
  call: grpc.ServerWritableStream<unknown, T>,
  source: AsyncGenerator<T, void, void>,
): Promise<void> {
  try {
    for await (const message of source) {
      if (call.cancelled) {
        return;
      }
      if (!call.write(message)) {
        await writableAgain(call);
      }
    }
    call.end();
  } catch (error) {
    // grpc-js takes the status from the error event.
    call.emit('error', toGrpcStatus(error));
  }
}

function writableAgain(call: grpc.ServerWritableStream<unknown, unknown>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      call.off('cancelled', done);
      resolve();
    };
    call.once('drain', done);
    call.once('cancelled', done);
  });
}
