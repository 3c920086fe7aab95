import type { AttributeSpec } from './abbreviations.ts';
import { Form } from './constants.ts';
import type { Cursor } from './cursor.ts';
import type { Unit } from './unit.ts';

/** The value of an attribute by its class (DWARF 5, section 7.5.5). Texts and addresses are not looked up yet. */
export type AttributeValue =
  | { readonly kind: 'address'; readonly address: number }
  /** By its number in `.debug_addr`. */
  | { readonly kind: 'address-index'; readonly index: number }
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'text'; readonly section: 'info' | 'str' | 'lineStr'; readonly at: number }
  /** By its number in `.debug_str_offsets`. */
  | { readonly kind: 'text-index'; readonly index: number }
  /** An entry, by its offset in `.debug_info`. */
  | { readonly kind: 'reference'; readonly at: number }
  /** A type, by the signature of its unit. */
  | { readonly kind: 'signature'; readonly signature: bigint }
  | { readonly kind: 'flag'; readonly set: boolean }
  /** An expression or other bytes of `.debug_info`. */
  | { readonly kind: 'block'; readonly at: number; readonly length: number }
  | { readonly kind: 'offset'; readonly offset: number }
  /** It lies in another file, or nobody needs it. */
  | { readonly kind: 'unread' };

const unread: AttributeValue = { kind: 'unread' };
const constant = (value: bigint | number): AttributeValue => ({ kind: 'constant', value: BigInt(value) });
const reference = (at: number): AttributeValue => ({ kind: 'reference', at });
const textIndex = (index: number): AttributeValue => ({ kind: 'text-index', index });
const addressIndex = (index: number): AttributeValue => ({ kind: 'address-index', index });

type Reader = (cursor: Cursor, unit: Unit) => AttributeValue;

/** By form (DWARF 5, section 7.5.6). References are within the unit, but for DW_FORM_ref_addr. */
const readers: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [Form.ADDR, (cursor) => ({ kind: 'address', address: cursor.offset(8) })],
  [Form.ADDRX, (cursor) => addressIndex(cursor.uleb())],
  [Form.ADDRX1, (cursor) => addressIndex(cursor.u8())],
  [Form.ADDRX2, (cursor) => addressIndex(cursor.u16())],
  [Form.ADDRX3, (cursor) => addressIndex(cursor.u24())],
  [Form.ADDRX4, (cursor) => addressIndex(cursor.u32())],
  [Form.DATA1, (cursor) => constant(cursor.u8())],
  [Form.DATA2, (cursor) => constant(cursor.u16())],
  [Form.DATA4, (cursor) => constant(cursor.u32())],
  [Form.DATA8, (cursor) => constant(cursor.u64())],
  [Form.UDATA, (cursor) => constant(cursor.wideUleb())],
  [Form.SDATA, (cursor) => constant(cursor.sleb())],
  [Form.STRING, inlineText],
  [Form.STRP, (cursor, unit) => ({ kind: 'text', section: 'str', at: unit.file.str + cursor.offset(unit.offsetSize) })],
  [Form.LINE_STRP, (cursor, unit) => ({ kind: 'text', section: 'lineStr', at: cursor.offset(unit.offsetSize) })],
  [Form.STRX, (cursor) => textIndex(cursor.uleb())],
  [Form.STRX1, (cursor) => textIndex(cursor.u8())],
  [Form.STRX2, (cursor) => textIndex(cursor.u16())],
  [Form.STRX3, (cursor) => textIndex(cursor.u24())],
  [Form.STRX4, (cursor) => textIndex(cursor.u32())],
  [Form.REF1, (cursor, unit) => reference(unit.start + cursor.u8())],
  [Form.REF2, (cursor, unit) => reference(unit.start + cursor.u16())],
  [Form.REF4, (cursor, unit) => reference(unit.start + cursor.u32())],
  [Form.REF8, (cursor, unit) => reference(unit.start + cursor.offset(8))],
  [Form.REF_UDATA, (cursor, unit) => reference(unit.start + cursor.uleb())],
  [Form.REF_ADDR, (cursor, unit) => reference(unit.file.info + cursor.offset(unit.offsetSize))],
  [Form.REF_SIG8, (cursor) => ({ kind: 'signature', signature: cursor.u64() })],
  [Form.FLAG, (cursor) => ({ kind: 'flag', set: cursor.u8() !== 0 })],
  [Form.FLAG_PRESENT, () => ({ kind: 'flag', set: true })],
  [Form.BLOCK, (cursor) => block(cursor, cursor.uleb())],
  [Form.BLOCK1, (cursor) => block(cursor, cursor.u8())],
  [Form.BLOCK2, (cursor) => block(cursor, cursor.u16())],
  [Form.BLOCK4, (cursor) => block(cursor, cursor.u32())],
  [Form.EXPRLOC, (cursor) => block(cursor, cursor.uleb())],
  [Form.SEC_OFFSET, (cursor, unit) => ({ kind: 'offset', offset: cursor.offset(unit.offsetSize) })],
]);

/** Reads the value at the cursor. Throws DwarfError. */
export function readValue(cursor: Cursor, { form, implicit }: AttributeSpec, unit: Unit): AttributeValue {
  if (form === Form.IMPLICIT_CONST) return constant(implicit);
  const actual = form === Form.INDIRECT ? cursor.uleb() : form;
  return readers.get(actual)?.(cursor, unit) ?? unread;
}

function inlineText(cursor: Cursor): AttributeValue {
  const { at } = cursor;
  cursor.skipString();
  return { kind: 'text', section: 'info', at };
}

function block(cursor: Cursor, length: number): AttributeValue {
  const { at } = cursor;
  cursor.skip(length);
  return { kind: 'block', at, length };
}
