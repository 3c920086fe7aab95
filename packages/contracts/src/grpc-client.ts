import type { DescMessage, DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { channelOptions } from './channel-options.ts';
import { grpcMethod, type SerializedMessage } from './grpc-service.ts';
import { toRpcError } from './rpc-error.ts';

export interface CallOptions {
  /** The call fails with DEADLINE_EXCEEDED after so many milliseconds. */
  readonly deadlineMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

type Unary<I extends DescMessage, O extends DescMessage> = (
  request: MessageInitShape<I>,
  options?: CallOptions,
) => Promise<MessageShape<O>>;
type ServerStream<I extends DescMessage, O extends DescMessage> = (
  request: MessageInitShape<I>,
  options?: CallOptions,
) => AsyncGenerator<MessageShape<O>, void, void>;
type BidiStream<I extends DescMessage, O extends DescMessage> = (
  options?: CallOptions,
) => grpc.ClientDuplexStream<MessageInitShape<I> | SerializedMessage, MessageShape<O>>;

type ClientMethod<M> = M extends {
  methodKind: infer K;
  input: infer I extends DescMessage;
  output: infer O extends DescMessage;
}
  ? K extends 'unary'
    ? Unary<I, O>
    : K extends 'server_streaming'
      ? ServerStream<I, O>
      : BidiStream<I, O>
  : never;

/**
 * A client of a generated service. Unary calls are promises; server streams are async generators (leaving the loop
 * cancels the call); both throw RpcError. Bidirectional streams are grpc-js duplex streams, whose `error` event
 * `toRpcError` converts.
 */
export type GrpcClient<S extends DescService> = {
  readonly [M in keyof S['method']]: ClientMethod<S['method'][M]>;
} & {
  /** Resolves once connected; throws RpcError after so many milliseconds. */
  waitForReady(timeoutMs: number): Promise<void>;
  close(): void;
};

/** `address`: HOST:PORT or `unix:PATH`. */
export function grpcClient<S extends DescService>(
  service: S,
  address: string,
  credentials: grpc.ChannelCredentials,
  options: grpc.ChannelOptions = {},
): GrpcClient<S> {
  const client = new grpc.Client(address, credentials, channelOptions(options));
  const methods = service.methods.map((method) => [method.localName, clientMethod(client, method)]);
  const waitForReady = (timeoutMs: number) =>
    new Promise<void>((resolve, reject) => {
      client.waitForReady(Date.now() + timeoutMs, (error) =>
        error ? reject(toRpcError(unavailable(address, error))) : resolve(),
      );
    });
  return { ...Object.fromEntries(methods), waitForReady, close: () => client.close() } as GrpcClient<S>;
}

function clientMethod(client: grpc.Client, method: DescMethod) {
  const definition = grpcMethod(method);
  switch (method.methodKind) {
    case 'unary':
      return unary(client, definition);
    case 'server_streaming':
      return serverStream(client, definition);
    case 'bidi_streaming':
      return bidiStream(client, definition);
    case 'client_streaming':
      throw new TypeError(`${method.name} streams from the client, which no service here does`);
  }
}

type Definition = grpc.MethodDefinition<object, object>;

function unary(client: grpc.Client, method: Definition) {
  return (request: object, options: CallOptions = {}) =>
    new Promise<object>((resolve, reject) => {
      const call = client.makeUnaryRequest<object, object>(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        ...callArguments(options),
        (error, response) => (error ? reject(toRpcError(error)) : resolve(response as object)),
      );
      cancelOn(options.signal, call);
    });
}

function serverStream(client: grpc.Client, method: Definition) {
  return async function* (request: object, options: CallOptions = {}): AsyncGenerator<object, void, void> {
    const call = client.makeServerStreamRequest<object, object>(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      ...callArguments(options),
    );
    cancelOn(options.signal, call);
    // Cancelling emits an error after the loop has been left.
    call.on('error', () => undefined);
    try {
      yield* call as AsyncIterable<object>;
    } catch (error) {
      throw toRpcError(error);
    } finally {
      call.cancel();
    }
  };
}

function bidiStream(client: grpc.Client, method: Definition) {
  return (options: CallOptions = {}) => {
    const call = client.makeBidiStreamRequest<object, object>(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      ...callArguments(options),
    );
    cancelOn(options.signal, call);
    return call;
  };
}

function callArguments(options: CallOptions): [grpc.Metadata, grpc.CallOptions] {
  const metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(options.metadata ?? {})) {
    metadata.set(key, value);
  }
  return [metadata, options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs }];
}

function cancelOn(signal: AbortSignal | undefined, call: grpc.ClientUnaryCall | grpc.ClientReadableStream<object>) {
  if (signal === undefined) {
    return;
  }
  const cancel = () => call.cancel();
  if (signal.aborted) {
    cancel();
    return;
  }
  signal.addEventListener('abort', cancel, { once: true });
  call.once('status', () => signal.removeEventListener('abort', cancel));
}

function unavailable(address: string, cause: Error): Error {
  const details = `no connection to ${address}`;
  return Object.assign(new Error(details, { cause }), { code: grpc.status.UNAVAILABLE, details });
}
