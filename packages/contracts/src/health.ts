import {
  createFileRegistry,
  type DescMessage,
  type DescService,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';

/** Source: the gRPC health checking protocol, grpc/grpc doc/health-checking.md. */
const file = fromJson(FileDescriptorProtoSchema, {
  name: 'grpc/health/v1/health.proto',
  package: 'grpc.health.v1',
  syntax: 'proto3',
  messageType: [
    {
      name: 'HealthCheckRequest',
      field: [{ name: 'service', jsonName: 'service', number: 1, type: 'TYPE_STRING', label: 'LABEL_OPTIONAL' }],
    },
    {
      name: 'HealthCheckResponse',
      field: [
        {
          name: 'status',
          jsonName: 'status',
          number: 1,
          type: 'TYPE_ENUM',
          typeName: '.grpc.health.v1.HealthCheckResponse.ServingStatus',
          label: 'LABEL_OPTIONAL',
        },
      ],
      enumType: [
        {
          name: 'ServingStatus',
          value: [
            { name: 'UNKNOWN', number: 0 },
            { name: 'SERVING', number: 1 },
            { name: 'NOT_SERVING', number: 2 },
            { name: 'SERVICE_UNKNOWN', number: 3 },
          ],
        },
      ],
    },
  ],
  service: [
    {
      name: 'Health',
      method: [
        {
          name: 'Check',
          inputType: '.grpc.health.v1.HealthCheckRequest',
          outputType: '.grpc.health.v1.HealthCheckResponse',
        },
        {
          name: 'Watch',
          inputType: '.grpc.health.v1.HealthCheckRequest',
          outputType: '.grpc.health.v1.HealthCheckResponse',
          serverStreaming: true,
        },
      ],
    },
  ],
});

const registry = createFileRegistry(file, () => undefined);

/** `grpc.health.v1.Health`, so that reflection can describe it too. */
export const HealthService = registry.getService('grpc.health.v1.Health') as DescService;
const Request = registry.getMessage('grpc.health.v1.HealthCheckRequest') as DescMessage;
const Response = registry.getMessage('grpc.health.v1.HealthCheckResponse') as DescMessage;

type Status = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

/** What a process says about its own services. The empty name stands for the whole server. */
export interface Health {
  /** Tells callers of Check, and those who watch. */
  set(service: string, serving: boolean): void;
  /** Ends the watches, so that the server can shut down. */
  close(): void;
}

const definition: grpc.ServiceDefinition = Object.fromEntries(
  HealthService.methods.map((method) => [
    method.localName,
    {
      path: `/${HealthService.typeName}/${method.name}`,
      requestStream: false,
      responseStream: method.methodKind === 'server_streaming',
      requestSerialize: (value: JsonObject) => Buffer.from(toBinary(Request, fromJson(Request, value))),
      requestDeserialize: (bytes: Buffer) => toJson(Request, fromBinary(Request, bytes)) as JsonObject,
      responseSerialize: (value: JsonObject) => Buffer.from(toBinary(Response, fromJson(Response, value))),
      responseDeserialize: (bytes: Buffer) => toJson(Response, fromBinary(Response, bytes)) as JsonObject,
    },
  ]),
);

/** Serves gRPC health on `server`; the services given, and the server itself (""), start as serving. */
export function addHealth(server: grpc.Server, services: readonly DescService[]): Health {
  const status = new Map<string, Status>([['', 'SERVING']]);
  for (const service of services) status.set(service.typeName, 'SERVING');
  const watches = new Map<grpc.ServerWritableStream<JsonObject, JsonObject>, string>();

  server.addService(definition, {
    check(call: grpc.ServerUnaryCall<JsonObject, JsonObject>, reply: grpc.sendUnaryData<JsonObject>) {
      const name = String(call.request.service ?? '');
      const found = status.get(name);
      if (found) reply(null, { status: found });
      else reply({ code: grpc.status.NOT_FOUND, details: `there is no service ${name} here` });
    },
    watch(call: grpc.ServerWritableStream<JsonObject, JsonObject>) {
      const name = String(call.request.service ?? '');
      watches.set(call, name);
      call.on('cancelled', () => watches.delete(call));
      call.write({ status: status.get(name) ?? 'SERVICE_UNKNOWN' });
    },
  });

  return {
    set(service, serving) {
      const next: Status = serving ? 'SERVING' : 'NOT_SERVING';
      if (status.get(service) === next) return;
      status.set(service, next);
      for (const [call, name] of watches) if (name === service) call.write({ status: next });
    },
    close() {
      for (const call of watches.keys()) call.end();
      watches.clear();
    },
  };
}
