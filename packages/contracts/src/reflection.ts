import {
  createFileRegistry,
  type DescFile,
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

type Json = JsonObject;

const optional = { label: 'LABEL_OPTIONAL' };
/** protoc fills in json_name; toJson needs it. */
const named = (name: string) => ({
  name,
  jsonName: name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
});
const text = (name: string, number: number) => ({ ...named(name), number, type: 'TYPE_STRING', ...optional });
const chosen = (name: string, number: number, type: string, typeName?: string) => ({
  ...named(name),
  number,
  type,
  ...(typeName ? { typeName } : {}),
  ...optional,
  oneofIndex: 0,
});

/** Source: grpc/grpc-proto grpc/reflection/v1/reflection.proto; v1alpha differs only in the package's name. */
function describe(version: 'v1' | 'v1alpha') {
  const name = `grpc.reflection.${version}`;
  const file = fromJson(FileDescriptorProtoSchema, {
    name: `grpc/reflection/${version}/reflection.proto`,
    package: name,
    syntax: 'proto3',
    messageType: [
      {
        name: 'ServerReflectionRequest',
        oneofDecl: [{ name: 'message_request' }],
        field: [
          text('host', 1),
          chosen('file_by_filename', 3, 'TYPE_STRING'),
          chosen('file_containing_symbol', 4, 'TYPE_STRING'),
          chosen('file_containing_extension', 5, 'TYPE_MESSAGE', `.${name}.ExtensionRequest`),
          chosen('all_extension_numbers_of_type', 6, 'TYPE_STRING'),
          chosen('list_services', 7, 'TYPE_STRING'),
        ],
      },
      {
        name: 'ExtensionRequest',
        field: [
          text('containing_type', 1),
          { ...named('extension_number'), number: 2, type: 'TYPE_INT32', ...optional },
        ],
      },
      {
        name: 'ServerReflectionResponse',
        oneofDecl: [{ name: 'message_response' }],
        field: [
          text('valid_host', 1),
          {
            ...named('original_request'),
            number: 2,
            type: 'TYPE_MESSAGE',
            typeName: `.${name}.ServerReflectionRequest`,
            ...optional,
          },
          chosen('file_descriptor_response', 4, 'TYPE_MESSAGE', `.${name}.FileDescriptorResponse`),
          chosen('all_extension_numbers_response', 5, 'TYPE_MESSAGE', `.${name}.ExtensionNumberResponse`),
          chosen('list_services_response', 6, 'TYPE_MESSAGE', `.${name}.ListServiceResponse`),
          chosen('error_response', 7, 'TYPE_MESSAGE', `.${name}.ErrorResponse`),
        ],
      },
      {
        name: 'FileDescriptorResponse',
        field: [{ ...named('file_descriptor_proto'), number: 1, type: 'TYPE_BYTES', label: 'LABEL_REPEATED' }],
      },
      {
        name: 'ExtensionNumberResponse',
        field: [
          text('base_type_name', 1),
          { ...named('extension_number'), number: 2, type: 'TYPE_INT32', label: 'LABEL_REPEATED' },
        ],
      },
      {
        name: 'ListServiceResponse',
        field: [
          {
            ...named('service'),
            number: 1,
            type: 'TYPE_MESSAGE',
            typeName: `.${name}.ServiceResponse`,
            label: 'LABEL_REPEATED',
          },
        ],
      },
      { name: 'ServiceResponse', field: [text('name', 1)] },
      {
        name: 'ErrorResponse',
        field: [{ ...named('error_code'), number: 1, type: 'TYPE_INT32', ...optional }, text('error_message', 2)],
      },
    ],
    service: [
      {
        name: 'ServerReflection',
        method: [
          {
            name: 'ServerReflectionInfo',
            inputType: `.${name}.ServerReflectionRequest`,
            outputType: `.${name}.ServerReflectionResponse`,
            clientStreaming: true,
            serverStreaming: true,
          },
        ],
      },
    ],
  });
  const registry = createFileRegistry(file, () => undefined);
  return {
    service: registry.getService(`${name}.ServerReflection`) as DescService,
    request: registry.getMessage(`${name}.ServerReflectionRequest`) as DescMessage,
    response: registry.getMessage(`${name}.ServerReflectionResponse`) as DescMessage,
  };
}

/** Serves gRPC server reflection (v1, and v1alpha for older clients) about the services given and about itself. */
export function addReflection(server: grpc.Server, services: readonly DescService[]): void {
  const versions = [describe('v1'), describe('v1alpha')];
  const known = [...services, ...versions.map((version) => version.service)];
  const files = filesOf(known);
  const symbols = symbolsOf(files.values());

  for (const { service, request, response } of versions) {
    const method = {
      path: `/${service.typeName}/ServerReflectionInfo`,
      requestStream: true,
      responseStream: true,
      requestSerialize: (value: Json) => Buffer.from(toBinary(request, fromJson(request, value))),
      requestDeserialize: (bytes: Buffer) => toJson(request, fromBinary(request, bytes)) as Json,
      responseSerialize: (value: Json) => Buffer.from(toBinary(response, fromJson(response, value))),
      responseDeserialize: (bytes: Buffer) => toJson(response, fromBinary(response, bytes)) as Json,
    };
    server.addService(
      { serverReflectionInfo: method },
      {
        serverReflectionInfo(call: grpc.ServerDuplexStream<Json, Json>) {
          call.on('data', (question: Json) => {
            call.write({ originalRequest: question, ...answer(question, known, files, symbols) });
          });
          call.on('end', () => call.end());
          call.on('error', () => call.end());
        },
      },
    );
  }
}

function answer(
  question: Json,
  services: readonly DescService[],
  files: ReadonlyMap<string, DescFile>,
  symbols: ReadonlyMap<string, DescFile>,
): Json {
  if (question.listServices !== undefined) {
    return { listServicesResponse: { service: services.map((service) => ({ name: service.typeName })) } };
  }
  const { fileByFilename, fileContainingSymbol } = question;
  const file =
    typeof fileByFilename === 'string'
      ? files.get(fileByFilename)
      : typeof fileContainingSymbol === 'string'
        ? symbols.get(fileContainingSymbol)
        : undefined;
  if (!file) {
    const asked = String(fileByFilename ?? fileContainingSymbol ?? 'extensions, which proto3 has not,');
    return { errorResponse: { errorCode: grpc.status.NOT_FOUND, errorMessage: `${asked} is not known here` } };
  }
  const encoded = withDependencies(file).map((each) => toBinary(FileDescriptorProtoSchema, each.proto));
  return {
    fileDescriptorResponse: { fileDescriptorProto: encoded.map((bytes) => Buffer.from(bytes).toString('base64')) },
  };
}

/** The file, then every file it imports, directly or not. */
function withDependencies(file: DescFile): DescFile[] {
  const found = new Set<DescFile>([file]);
  for (const each of found) for (const dependency of each.dependencies) found.add(dependency);
  return [...found];
}

function filesOf(services: readonly DescService[]): Map<string, DescFile> {
  const all = services.flatMap((service) => withDependencies(service.file));
  return new Map(all.map((file) => [file.proto.name, file]));
}

function symbolsOf(files: Iterable<DescFile>): Map<string, DescFile> {
  const symbols = new Map<string, DescFile>();
  for (const file of files) {
    const message = (desc: DescMessage): void => {
      symbols.set(desc.typeName, file);
      for (const nested of desc.nestedMessages) message(nested);
      for (const nested of desc.nestedEnums) symbols.set(nested.typeName, file);
    };
    for (const desc of file.messages) message(desc);
    for (const desc of file.enums) symbols.set(desc.typeName, file);
    for (const service of file.services) {
      symbols.set(service.typeName, file);
      for (const method of service.methods) symbols.set(`${service.typeName}.${method.name}`, file);
    }
  }
  return symbols;
}
