import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

/** One wrong field of a request, in the proto's names. */
interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** What goes with a status beyond its code and message. */
export interface StatusDetails {
  /** The reason in upper snake case, stable for programs: `INVALID_SELECTOR`. */
  readonly reason?: string;
  readonly violations?: readonly FieldViolation[];
}

/** The metadata key under which gRPC carries a serialised google.rpc.Status. */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';
const DOMAIN = 'bpfleet';

const field = (name: string, number: number, type: string, rest: JsonObject = {}) => ({
  name,
  number,
  type,
  label: 'LABEL_OPTIONAL',
  jsonName: name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
  ...rest,
});

/** Source: google/rpc/status.proto and error_details.proto, as far as they are used; Any is spelled out. */
const file = fromJson(FileDescriptorProtoSchema, {
  name: 'google/rpc/status.proto',
  package: 'google.rpc',
  syntax: 'proto3',
  messageType: [
    {
      name: 'Status',
      field: [
        field('code', 1, 'TYPE_INT32'),
        field('message', 2, 'TYPE_STRING'),
        field('details', 3, 'TYPE_MESSAGE', { label: 'LABEL_REPEATED', typeName: '.google.rpc.Detail' }),
      ],
    },
    { name: 'Detail', field: [field('type_url', 1, 'TYPE_STRING'), field('value', 2, 'TYPE_BYTES')] },
    { name: 'ErrorInfo', field: [field('reason', 1, 'TYPE_STRING'), field('domain', 2, 'TYPE_STRING')] },
    {
      name: 'BadRequest',
      field: [
        field('field_violations', 1, 'TYPE_MESSAGE', {
          label: 'LABEL_REPEATED',
          typeName: '.google.rpc.BadRequest.FieldViolation',
        }),
      ],
      nestedType: [
        {
          name: 'FieldViolation',
          field: [field('field', 1, 'TYPE_STRING'), field('description', 2, 'TYPE_STRING')],
        },
      ],
    },
  ],
});

const registry = createFileRegistry(file, () => undefined);
const message = (name: string) => registry.getMessage(`google.rpc.${name}`) as DescMessage;
const statusMessage = message('Status');
const errorInfo = message('ErrorInfo');
const badRequest = message('BadRequest');

/** A google.rpc.Status with ErrorInfo and BadRequest, serialised. */
export function encodeRichStatus(code: number, text: string, details: StatusDetails): Buffer {
  const packed = [
    ...(details.reason ? [pack(errorInfo, { reason: details.reason, domain: DOMAIN })] : []),
    ...(details.violations?.length
      ? [pack(badRequest, { fieldViolations: details.violations.map((violation) => ({ ...violation })) })]
      : []),
  ];
  return Buffer.from(toBinary(statusMessage, fromJson(statusMessage, { code, message: text, details: packed })));
}

/** The details of a serialised google.rpc.Status; none where it cannot be read. */
export function decodeRichStatus(bytes: Uint8Array): StatusDetails {
  try {
    const status = toJson(statusMessage, fromBinary(statusMessage, bytes)) as {
      details?: { typeUrl?: string; value?: string }[];
    };
    const found = (desc: DescMessage) => {
      const detail = status.details?.find(({ typeUrl }) => typeUrl === typeUrlOf(desc));
      return detail && toJson(desc, fromBinary(desc, Buffer.from(detail.value ?? '', 'base64')));
    };
    const info = found(errorInfo) as { reason?: string } | undefined;
    const request = found(badRequest) as { fieldViolations?: Partial<FieldViolation>[] } | undefined;
    return {
      ...(info?.reason ? { reason: info.reason } : {}),
      ...(request?.fieldViolations
        ? {
            violations: request.fieldViolations.map((v) => ({
              field: v.field ?? '',
              description: v.description ?? '',
            })),
          }
        : {}),
    };
  } catch {
    return {};
  }
}

function pack(desc: DescMessage, json: JsonObject): JsonObject {
  return { typeUrl: typeUrlOf(desc), value: Buffer.from(toBinary(desc, fromJson(desc, json))).toString('base64') };
}

function typeUrlOf(desc: DescMessage): string {
  return `type.googleapis.com/${desc.typeName}`;
}
