import type { Random } from './random.ts';
import { isReadable, type MapShape, type Shape, sameShape, type TupleShape } from './shape.ts';

export interface Visible {
  readonly variables: readonly { readonly name: string; readonly shape: Shape; readonly fixed: boolean }[];
  readonly maps: readonly MapShape[];
}

const sizes = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'];
const arithmetic = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'];
const comparisons = ['<', '<=', '>', '>=', '==', '!='];
const texts = [
  '',
  'a',
  'ab',
  'abc',
  'abcdefg',
  'abcdefgh',
  'abcdefghi',
  'fifteen letters',
  'a text of more than 24 bytes',
];
const edges = [
  '0',
  '1',
  '2',
  '3',
  '7',
  '8',
  '63',
  '64',
  '127',
  '128',
  '255',
  '256',
  '65535',
  '2147483647',
  '2147483648',
];
const large = ['4294967295', '4294967296', '9223372036854775807', '18446744073709551615'];

/** Writes random well-typed expressions over what is visible, in brackets wherever precedence could matter. */
export class ExpressionGenerator {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** `effects`: whether `++` and its like may be in it. */
  of(shape: Shape, visible: Visible, depth: number, effects = false): string {
    if (shape === 'int') return this.#int(visible, depth, effects);
    if (shape === 'bool') return this.condition(visible, depth, effects);
    return this.#readOf(shape, visible, depth) ?? this.#made(shape, visible, depth);
  }

  /** A key with the parts of a map's; small numbers, so that keys meet. */
  key(map: MapShape, visible: Visible): string {
    if (map.key.length === 0) return '';
    const parts = map.key.map((part) =>
      part === 'int' && !this.#random.once(4) ? this.#small(visible) : this.of(part, visible, 1),
    );
    return `[${parts.join(', ')}]`;
  }

  condition(visible: Visible, depth: number, effects = false): string {
    const random = this.#random;
    const sub = (shape: Shape) => this.of(shape, visible, depth - 1, effects);
    const known = visible.variables.filter((variable) => variable.shape === 'bool');
    switch (depth <= 0 ? 0 : random.below(9)) {
      case 0:
        if (known.length > 0 && !random.once(3)) return random.pick(known).name;
        return depth < 0 ? random.pick(['true', 'false']) : this.#compared(visible, effects);
      case 1:
        return `(${sub('bool')} && ${sub('bool')})`;
      case 2:
        return `(${sub('bool')} || ${sub('bool')})`;
      case 3:
        return `(!${sub('bool')})`;
      case 4:
        return `(${sub('string')} ${random.pick(['==', '!='])} ${sub('string')})`;
      case 5:
        return this.#comparedTuples(visible, depth) ?? this.#compared(visible, effects);
      case 6:
        return this.#hasKey(visible) ?? this.#compared(visible, effects);
      case 7:
        return `(bool)${this.#int(visible, depth - 1, effects)}`;
      default:
        return `(${sub('int')} ${random.pick(comparisons)} ${sub('int')})`;
    }
  }

  #compared(visible: Visible, effects: boolean): string {
    return `(${this.#int(visible, 0, effects)} ${this.#random.pick(comparisons)} ${this.#int(visible, 0, effects)})`;
  }

  #comparedTuples(visible: Visible, depth: number): string | undefined {
    const tuples = visible.variables.map(({ shape }) => shape).filter((shape) => typeof shape === 'object');
    if (tuples.length === 0) return undefined;
    const shape = this.#random.pick(tuples);
    const side = () => this.of(shape, visible, depth - 1);
    return `(${side()} ${this.#random.pick(['==', '!='])} ${side()})`;
  }

  #hasKey(visible: Visible): string | undefined {
    const keyed = visible.maps.filter(({ key }) => key.length > 0);
    if (keyed.length === 0) return undefined;
    const map = this.#random.pick(keyed);
    return `has_key(${map.name}, (${this.key(map, visible).slice(1, -1)}))`;
  }

  #int(visible: Visible, depth: number, effects: boolean): string {
    const random = this.#random;
    const sub = () => this.#int(visible, depth - 1, effects);
    if (depth <= 0) return this.#leaf(visible, effects);
    switch (random.below(9)) {
      case 0:
        return this.#leaf(visible, effects);
      case 1:
        return `(${random.pick(sizes)})(${sub()})`;
      case 2:
        return `(${random.pick(['-', '~'])}${sub()})`;
      case 3:
        return `(${this.condition(visible, depth - 1, effects)} ? ${sub()} : ${sub()})`;
      case 4:
        return `(int64)${this.condition(visible, depth - 1, effects)}`;
      default:
        return this.#binary(sub(), sub());
    }
  }

  /**
   * Literals that overflow are refused: a cast keeps two sides of literals from being folded. What reads a variable may be
   * one all the same, in a choice that is never taken.
   */
  #binary(left: string, right: string): string {
    const folds = !/[$@]/.test(right) || right.includes('?');
    return `(${folds ? `(int64)${left}` : left} ${this.#random.pick(arithmetic)} ${right})`;
  }

  #leaf(visible: Visible, effects: boolean): string {
    const random = this.#random;
    const read = this.#readOf('int', visible, 0);
    if (read === undefined || random.once(3)) return this.#number();
    const free = visible.variables.filter(({ shape, fixed }) => shape === 'int' && !fixed);
    if (!effects || free.length === 0 || !random.once(4)) return read;
    const { name } = random.pick(free);
    return random.pick([`(${name}++)`, `(${name}--)`, `(++${name})`, `(--${name})`]);
  }

  #number(): string {
    const random = this.#random;
    const text = random.once(5)
      ? random.pick(large)
      : random.once(3)
        ? `${random.bits64() >> BigInt(random.below(63) + 1)}`
        : random.pick(edges);
    if (text === '18446744073709551615') return `(uint64)${text}`;
    return random.once(4) ? `(-${text})` : text;
  }

  #small(visible: Visible): string {
    const known = visible.variables.filter(({ shape }) => shape === 'int');
    if (known.length === 0 || this.#random.once(2)) return `${this.#random.below(4)}`;
    return `(${this.#random.pick(known).name} & 3)`;
  }

  /** A variable, a value of a map or a part of a tuple that has the shape. */
  #readOf(shape: Shape, visible: Visible, depth: number): string | undefined {
    const found = visible.variables.flatMap(({ name, shape: held }) => partsOf(name, held, shape));
    for (const map of this.#random.once(3) ? visible.maps : []) {
      const { value } = map;
      if (typeof value === 'object' && 'aggregate' in value) {
        if (shape === 'int' && isReadable(map)) found.push(`(int64)${map.name}${this.key(map, withoutMaps(visible))}`);
      } else if (sameShape(value, shape)) {
        found.push(`${map.name}${this.key(map, withoutMaps(visible))}`);
      }
    }
    if (found.length === 0 || (depth > 0 && this.#random.once(2))) return undefined;
    return this.#random.pick(found);
  }

  #made(shape: Exclude<Shape, 'int' | 'bool'>, visible: Visible, depth: number): string {
    if (depth > 0 && this.#random.once(4)) {
      const side = () => this.of(shape, visible, depth - 1);
      return `(${this.condition(visible, depth - 1)} ? ${side()} : ${side()})`;
    }
    return shape === 'string' ? JSON.stringify(this.#random.pick(texts)) : this.#tuple(shape, visible, depth);
  }

  #tuple({ elements, names }: TupleShape, visible: Visible, depth: number): string {
    const parts = elements.map((element, index) => {
      const value = this.of(element, visible, depth - 1);
      return names === undefined ? value : `${names[index]}=${value}`;
    });
    return `(${parts.join(', ')})`;
  }
}

/** Where a value of one shape can be found in one of another. */
function partsOf(text: string, held: Shape, wanted: Shape): string[] {
  if (sameShape(held, wanted)) return [text];
  if (typeof held !== 'object') return [];
  return held.elements.flatMap((element, index) => partsOf(`${text}.${held.names?.[index] ?? index}`, element, wanted));
}

function withoutMaps({ variables }: Visible): Visible {
  return { variables, maps: [] };
}
