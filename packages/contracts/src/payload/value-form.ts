import { isUtf8 } from 'node:buffer';
import type { KeyType } from '@bpfleet/aggregate';
import { ContractLimits } from '../contract-error.ts';
import { refuseForm, type WireReader } from './wire-reader.ts';

/** Tags of Value, Composite and StackFrame, with their wire types. */
const TAG_INT = 0x08;
const TAG_UINT = 0x10;
const TAG_STR = 0x1a;
const TAG_STACK = 0x2a;
const TAG_TRUTH = 0x30;
const TAG_COMPOSITE = 0x3a;
const TAG_FRAME = 0x0a;
const TAG_KIND = 0x08;
const TAG_PART = 0x12;
const TAG_NAME = 0x1a;
const [TAG_SYMBOL, TAG_MODULE, TAG_OFFSET, TAG_TEXT, TAG_BUILD_ID] = [0x0a, 0x12, 0x18, 0x22, 0x2a];

/** As in Composite.Kind. */
const compositeTypes: readonly (KeyType | undefined)[] = [undefined, 'tuple', 'record', 'array'];

/**
 * Goes over the Value from where `wire` stands to `end`. Law: what passes is what `encodeScalar(decodeScalar(value, type))` would
 * write, so equal values have equal bytes. Throws NotCanonical.
 */
export function passValue(wire: WireReader, end: number, type: KeyType | undefined, depth = 0): void {
  const tag = wire.bytes[wire.at++];
  switch (tag) {
    case TAG_STR:
      if (type !== undefined && type !== 'string') refuseForm();
      passText(wire, end, ContractLimits.stringLength);
      break;
    case TAG_INT:
      if (type !== undefined && type !== 'int' && type !== 'uint') refuseForm();
      wire.sint64();
      // An unsigned one from 2^63 up goes as such.
      if (type === 'uint' && wire.high < 0) refuseForm();
      break;
    case TAG_UINT:
      if (type !== undefined && type !== 'uint') refuseForm();
      wire.uint64();
      if (wire.high >= 0) refuseForm();
      break;
    case TAG_TRUTH:
      if ((type !== undefined && type !== 'bool') || wire.peek() > 1) refuseForm();
      wire.at++;
      break;
    case TAG_STACK:
      if (type !== undefined && type !== 'stack') refuseForm();
      passStack(wire, end);
      break;
    case TAG_COMPOSITE:
      passComposite(wire, end, type, depth);
      break;
    default:
      refuseForm();
  }
  if (wire.at !== end) refuseForm();
}

/** A string field's length and its UTF-8. */
function passText(wire: WireReader, limit: number, most: number): void {
  const end = wire.lengthWithin(limit);
  const start = wire.at;
  // As many bytes as it may have characters: longer ones are for others to count.
  if (end - start > most) refuseForm();
  const { bytes } = wire;
  let at = start;
  while (at < end && (bytes[at] as number) < 0x80) at++;
  if (at < end && !isUtf8(bytes.subarray(at, end))) refuseForm();
  wire.at = end;
}

function passStack(wire: WireReader, limit: number): void {
  const end = wire.lengthWithin(limit);
  let frames = 0;
  while (wire.at < end) {
    if (wire.bytes[wire.at++] !== TAG_FRAME || ++frames > ContractLimits.framesPerStack) refuseForm();
    passFrame(wire, wire.lengthWithin(end));
  }
}

function passFrame(wire: WireReader, end: number): void {
  passOptionalText(wire, end, TAG_SYMBOL, ContractLimits.symbolLength);
  passOptionalText(wire, end, TAG_MODULE, ContractLimits.nameLength);
  if (wire.at < end && wire.peek() === TAG_OFFSET) {
    wire.at++;
    wire.uint64();
    // Nothing is written of a zero, and a number holds no more than 53 bits.
    if ((wire.low === 0 && wire.high === 0) || wire.high >>> 21 !== 0) refuseForm();
  }
  passOptionalText(wire, end, TAG_TEXT, ContractLimits.symbolLength);
  passOptionalText(wire, end, TAG_BUILD_ID, ContractLimits.nameLength);
  if (wire.at !== end) refuseForm();
}

/** Nothing is written of an empty one. */
function passOptionalText(wire: WireReader, end: number, tag: number, most: number): void {
  if (wire.at >= end || wire.peek() !== tag) return;
  const start = ++wire.at;
  passText(wire, end, most);
  if (wire.at === start + 1) refuseForm();
}

function passComposite(wire: WireReader, limit: number, type: KeyType | undefined, depth: number): void {
  const end = wire.lengthWithin(limit);
  if (depth > ContractLimits.compositeDepth || wire.at >= end || wire.bytes[wire.at++] !== TAG_KIND) refuseForm();
  const kind = compositeTypes[wire.uint()];
  if (kind === undefined || (type !== undefined && kind !== type)) refuseForm();
  let parts = 0;
  while (wire.at < end && wire.peek() === TAG_PART) {
    wire.at++;
    if (++parts > ContractLimits.compositeParts) refuseForm();
    passValue(wire, wire.lengthWithin(end), undefined, depth + 1);
  }
  let names = 0;
  while (wire.at < end) {
    if (wire.bytes[wire.at++] !== TAG_NAME) refuseForm();
    names++;
    passText(wire, end, ContractLimits.nameLength);
  }
  if (names > 0 && names !== parts) refuseForm();
}
