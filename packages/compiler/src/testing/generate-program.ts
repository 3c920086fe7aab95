import { ExpressionGenerator, type Visible } from './generate-expression.ts';
import { Random } from './random.ts';
import type { AggregateName, MapShape, Shape, TupleShape } from './shape.ts';

interface Variable {
  readonly name: string;
  readonly shape: Shape;
  /** Counts the rounds of a loop: only the loop writes it. */
  readonly fixed: boolean;
}

/** Where a statement stands. */
interface Place {
  readonly depth: number;
  /** In a loop that `break` and `continue` may leave. */
  readonly loop: boolean;
  /** Rounds of all loops around it: what is repeated often stays small, for the verifier's sake. */
  readonly rounds: number;
}

const aggregates: readonly AggregateName[] = ['count', 'sum', 'min', 'max', 'avg', 'stats', 'hist', 'lhist'];
/** Of loops within loops: the verifier walks every way through every round, and gives up after a million instructions. */
const MAX_ROUNDS = 12;

const compound = ['+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='];

/** A random script that the language allows: `BEGIN` clauses over numbers, strings, tuples, maps and loops. */
export function generateProgram(seed: number): string {
  return new ProgramGenerator(new Random(seed)).script();
}

class ProgramGenerator {
  readonly #random: Random;
  readonly #expressions: ExpressionGenerator;
  readonly #maps: MapShape[] = [];
  #scopes: Variable[][] = [];
  #names = 0;
  #budget = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#expressions = new ExpressionGenerator(random);
  }

  script(): string {
    const random = this.#random;
    for (let index = 1 + random.below(5); index > 0; index--) this.#maps.push(this.#newMap(index));
    // Every map is written once: one that never is would be an error.
    // Nothing is read yet, so that what it holds does not hang on what it holds.
    const first = this.#clause(this.#maps.map((map) => this.#storeIn(map, { variables: [], maps: [] })));
    return random.once(3) ? `${first}\n${this.#clause([])}` : first;
  }

  #clause(before: readonly string[]): string {
    this.#budget = 5 + this.#random.below(25);
    return `BEGIN ${this.#block({ depth: 0, loop: false, rounds: 1 }, before)}`;
  }

  get #visible(): Visible {
    return { variables: this.#scopes.flat(), maps: this.#maps };
  }

  #newMap(index: number): MapShape {
    const random = this.#random;
    const key = Array.from({ length: random.below(4) }, (): Shape => random.pick(['int', 'int', 'string', 'bool']));
    const name = `@m${index}`;
    if (random.once(2)) return { name, key, value: this.#shape(1) };
    const aggregate = random.pick(aggregates);
    const bounds = {
      hist: random.pick(['', ', 0', ', 2', ', 5']),
      lhist: random.pick([', 0, 100, 10', ', -50, 55, 7']),
    };
    return { name, key, value: { aggregate, bounds: bounds[aggregate as 'hist' | 'lhist'] ?? '' } };
  }

  #shape(depth: number): Shape {
    const random = this.#random;
    if (depth <= 0 || !random.once(4)) return random.pick(['int', 'int', 'int', 'bool', 'string']);
    const elements = Array.from({ length: 2 + random.below(3) }, () => this.#shape(depth - 1));
    const tuple: TupleShape = { elements };
    return random.once(4) ? { elements, names: elements.map((_, index) => `f${index}`) } : tuple;
  }

  #block(place: Place, before: readonly string[] = []): string {
    this.#scopes.push([]);
    const lines = [...before];
    for (let count = 1 + this.#random.below(place.depth === 0 ? 16 : 4); count > 0 && this.#budget > 0; count--) {
      this.#budget--;
      lines.push(this.#statement(place));
    }
    this.#scopes.pop();
    const indent = '  '.repeat(place.depth + 1);
    return `{\n${lines.map((line) => `${indent}${line}\n`).join('')}${'  '.repeat(place.depth)}}`;
  }

  #statement(place: Place): string {
    const random = this.#random;
    const inner = { ...place, depth: place.depth + 1 };
    switch (random.below(place.depth > 3 ? 11 : 17)) {
      case 0:
      case 1:
      case 2:
        return this.#assign();
      case 3:
        return this.#change();
      case 4:
      case 5:
        return this.#store(random.pick(this.#maps));
      case 6:
        return this.#changeMap();
      case 7:
        return this.#print();
      case 8:
        return this.#printf();
      case 9:
        return this.#leave(place);
      case 10:
        return this.#delete();
      case 11:
      case 12:
      case 13:
        return this.#if(inner);
      case 14:
        return this.#while(inner);
      case 15:
        return random.once(3) ? this.#unroll(inner) : this.#range(inner);
      default:
        return this.#overMap(inner);
    }
  }

  #assign(): string {
    const random = this.#random;
    const free = this.#scopes.flat().filter(({ fixed }) => !fixed);
    if (free.length > 0 && random.once(2)) {
      const { name, shape } = random.pick(free);
      return `${name} = ${this.#expressions.of(shape, this.#visible, 3, true)};`;
    }
    const shape = this.#shape(2);
    const value = this.#expressions.of(shape, this.#visible, 3, true);
    return `${random.once(3) ? 'let ' : ''}${this.#declare(shape)} = ${value};`;
  }

  #declare(shape: Shape, fixed = false): string {
    const name = `$v${this.#names++}`;
    this.#scopes.at(-1)?.push({ name, shape, fixed });
    return name;
  }

  #change(): string {
    const random = this.#random;
    const free = this.#scopes.flat().filter(({ fixed, shape }) => !fixed && shape === 'int');
    if (free.length === 0) return this.#assign();
    const { name } = random.pick(free);
    if (random.once(3)) return random.pick([`${name}++;`, `--${name};`]);
    return `${name} ${random.pick(compound)} ${this.#expressions.of('int', this.#visible, 2)};`;
  }

  #store(map: MapShape): string {
    return this.#storeIn(map, this.#visible);
  }

  #storeIn(map: MapShape, visible: Visible): string {
    const random = this.#random;
    const key = this.#expressions.key(map, visible);
    const { value } = map;
    if (typeof value !== 'object' || !('aggregate' in value)) {
      return `${map.name}${key} = ${this.#expressions.of(value, visible, 2, value === 'int')};`;
    }
    if (value.aggregate === 'count') return `${map.name}${key} = count();`;
    // Small values fall into different buckets, too.
    const measured = this.#expressions.of('int', visible, 2);
    const amount = random.once(2) ? `(${measured} % 100)` : measured;
    return `${map.name}${key} = ${value.aggregate}(${amount}${value.bounds});`;
  }

  #changeMap(): string {
    const random = this.#random;
    const numbers = this.#maps.filter(({ value }) => value === 'int');
    if (numbers.length === 0) return this.#store(random.pick(this.#maps));
    const map = random.pick(numbers);
    const entry = `${map.name}${this.#expressions.key(map, this.#visible)}`;
    if (random.once(3)) return random.pick([`${entry}++;`, `--${entry};`]);
    return `${entry} ${random.pick(compound)} ${this.#expressions.of('int', this.#visible, 2)};`;
  }

  /** Of a map alone it would print what the map is at the end. */
  #print(): string {
    const value = this.#expressions.of(this.#shape(2), this.#visible, 2);
    return value.startsWith('@') ? this.#assign() : `print(${value});`;
  }

  #printf(): string {
    const random = this.#random;
    const shapes = Array.from({ length: 1 + random.below(3) }, () => this.#shape(1));
    const conversions = shapes.map((shape) =>
      shape === 'int' ? random.pick(['%d', '%lld', '%llu', '%x', '%5d', '%llx']) : '%s',
    );
    const values = shapes.map((shape) => this.#expressions.of(shape, this.#visible, 2));
    return `printf("${conversions.join(' ')}\\n", ${values.join(', ')});`;
  }

  #leave(place: Place): string {
    const random = this.#random;
    const ways = place.loop ? ['break', 'continue', 'return'] : ['return'];
    if (place.depth === 0 || (!place.loop && !random.once(4))) return this.#assign();
    return `if (${this.#expressions.condition(this.#visible, 1)}) { ${random.pick(ways)}; }`;
  }

  #delete(): string {
    const plain = this.#maps.filter(({ key }) => key.length > 0);
    if (plain.length === 0) return this.#assign();
    const map = this.#random.pick(plain);
    return `delete(${map.name}, (${this.#expressions.key(map, this.#visible).slice(1, -1)}));`;
  }

  #if(place: Place): string {
    const condition = this.#expressions.condition(this.#visible, 3, true);
    const then = `if (${condition}) ${this.#block(place)}`;
    return this.#random.once(2) ? `${then} else ${this.#block(place)}` : then;
  }

  #while(place: Place): string {
    const rounds = 1 + this.#random.below(6);
    if (place.rounds * rounds > MAX_ROUNDS) return this.#if(place);
    this.#scopes.push([]);
    const counter = this.#declare('int', true);
    const condition = this.#random.once(3) ? ` && ${this.#expressions.condition(this.#visible, 1)}` : '';
    const body = this.#block({ ...place, depth: place.depth + 1, loop: true, rounds: place.rounds * rounds }, [
      `${counter}++;`,
    ]);
    this.#scopes.pop();
    return `{ ${counter} = 0; while (${counter} < ${rounds}${condition}) ${body} }`;
  }

  #unroll(place: Place): string {
    const rounds = 1 + this.#random.below(4);
    if (place.rounds * rounds > MAX_ROUNDS) return this.#if(place);
    return `unroll(${rounds}) ${this.#block({ ...place, loop: false, rounds: place.rounds * rounds })}`;
  }

  /** Short ones run in the program, long ones by callback. */
  #range(place: Place): string {
    const random = this.#random;
    const long = random.once(2);
    const rounds = long ? 33 + random.below(40) : 1 + random.below(5);
    if (place.rounds * (long ? 3 : rounds) > MAX_ROUNDS) return this.#if(place);
    const from = random.below(10) - 5;
    const known = this.#scopes.flat().filter(({ shape }) => shape === 'int');
    const end = known.length > 0 && random.once(4) ? `(${random.pick(known).name} & 63)` : `${from + rounds}`;
    this.#scopes.push([]);
    const counter = this.#declare('int', true);
    const body = this.#block({ ...place, loop: true, rounds: place.rounds * (long ? 3 : rounds) });
    this.#scopes.pop();
    return `for (${counter} : (${from})..${end}) ${body}`;
  }

  /** Over entries in an order that nobody knows: what the body does is the same in any. */
  #overMap(place: Place): string {
    const random = this.#random;
    const keyed = this.#maps.filter(({ key, value }) => {
      const readable =
        typeof value !== 'object' || !('aggregate' in value) || /^(count|sum|min|max|avg)$/.test(value.aggregate);
      return key.length > 0 && readable;
    });
    const sums = this.#maps.filter(({ value }) => typeof value === 'object' && 'aggregate' in value);
    const free = this.#scopes.flat().filter(({ fixed, shape }) => !fixed && shape === 'int');
    if (keyed.length === 0 || free.length + sums.length === 0) return this.#if(place);
    const map = random.pick(keyed);
    const key: Shape = map.key.length === 1 ? (map.key[0] as Shape) : { elements: map.key };
    const value: Shape = typeof map.value === 'object' && 'aggregate' in map.value ? 'int' : map.value;
    const entry = `$v${this.#names++}`;
    const visible: Visible = { variables: [{ name: entry, shape: { elements: [key, value] }, fixed: true }], maps: [] };
    const amount = this.#expressions.of('int', visible, 2);
    const others = sums.filter((one) => one !== map);
    const step =
      free.length > 0 && (others.length === 0 || random.once(2))
        ? `${random.pick(free).name} ${random.pick(['+=', '^='])} ${amount};`
        : others.length > 0
          ? this.#storeIn(random.pick(others), visible)
          : undefined;
    if (step === undefined) return this.#if(place);
    const only = random.once(3) ? `if (${this.#expressions.condition(visible, 1)}) { ${step} }` : step;
    return `for (${entry} : ${map.name}) { ${only} }`;
  }
}
