import { Form } from './constants.ts';
import type { Cursor } from './cursor.ts';
import { DwarfError } from './dwarf-error.ts';
import type { Unit } from './unit.ts';

/** Bytes of a value where they do not depend on it; `offset`: as many as the unit's format has. */
const sizes = new Map<number, number | 'offset'>([
  ...([Form.FLAG_PRESENT, Form.IMPLICIT_CONST] as const).map((form) => [form, 0] as const),
  ...([Form.DATA1, Form.FLAG, Form.REF1, Form.STRX1, Form.ADDRX1] as const).map((form) => [form, 1] as const),
  ...([Form.DATA2, Form.REF2, Form.STRX2, Form.ADDRX2] as const).map((form) => [form, 2] as const),
  ...([Form.STRX3, Form.ADDRX3] as const).map((form) => [form, 3] as const),
  ...([Form.DATA4, Form.REF4, Form.STRX4, Form.ADDRX4, Form.REF_SUP4] as const).map((form) => [form, 4] as const),
  ...([Form.ADDR, Form.DATA8, Form.REF8, Form.REF_SIG8, Form.REF_SUP8] as const).map((form) => [form, 8] as const),
  [Form.DATA16, 16],
  ...[Form.STRP, Form.LINE_STRP, Form.SEC_OFFSET, Form.REF_ADDR].map((form) => [form, 'offset'] as const),
  ...[Form.STRP_SUP, Form.GNU_REF_ALT, Form.GNU_STRP_ALT].map((form) => [form, 'offset'] as const),
]);

/** Bytes of a value (DWARF 5, section 7.5.6); undefined where the value itself says. Addresses are those of 64 bits. */
export function formSize(form: number, offsetSize: 4 | 8): number | undefined {
  const size = sizes.get(form);
  return size === 'offset' ? offsetSize : size;
}

/** Moves past a value. Throws DwarfError. */
export function skipValue(cursor: Cursor, form: number, { offsetSize }: Unit): void {
  // The form of an indirect value stands before it; one that is indirect again would have no end.
  const actual = form === Form.INDIRECT ? cursor.uleb() : form;
  cursor.skip(formSize(actual, offsetSize) ?? remaining(cursor, actual));
}

/** Reads the length that a value begins with: so many bytes follow. */
function remaining(cursor: Cursor, form: number): number {
  switch (form) {
    case Form.EXPRLOC:
    case Form.BLOCK:
      return cursor.uleb();
    case Form.BLOCK1:
      return cursor.u8();
    case Form.BLOCK2:
      return cursor.u16();
    case Form.BLOCK4:
      return cursor.u32();
    case Form.STRING:
      cursor.skipString();
      return 0;
    case Form.SDATA:
    case Form.UDATA:
    case Form.STRX:
    case Form.ADDRX:
    case Form.REF_UDATA:
    case Form.LOCLISTX:
    case Form.RNGLISTX:
      cursor.skipLeb();
      return 0;
    default:
      throw new DwarfError(`the form 0x${form.toString(16)} in it is not known`);
  }
}
