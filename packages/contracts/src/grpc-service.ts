import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/**
 * What grpc-js needs to serve or call a generated service. Handlers are named as the methods in the generated code;
 * they may answer with plain objects that have the message's fields.
 */
export function grpcService(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, grpcMethod(method)]));
}

/** One method of it; serialised messages are protobuf binary. */
export function grpcMethod(method: DescMethod): MethodDefinition<object, object> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: serializer(method.input),
    requestDeserialize: deserializer(method.input),
    responseSerialize: serializer(method.output),
    responseDeserialize: deserializer(method.output),
  };
}

/** A message that is bytes already: its method sends them as they are. */
export class SerializedMessage {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

function serializer(message: DescMessage): (value: object) => Buffer {
  return (value) => {
    if (value instanceof SerializedMessage) return asBuffer(value.bytes);
    return asBuffer(toBinary(message, create(message, value as MessageInitShape<DescMessage>)));
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function deserializer(message: DescMessage): (bytes: Buffer) => object {
  // Unknown fields are of no use here, and are memory that a peer decides about.
  return (bytes) => fromBinary(message, bytes, { readUnknownFields: false });
}
