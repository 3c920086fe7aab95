import { didYouMean } from '../source/did-you-mean.ts';
import type { Span } from '../source/span.ts';
import type { Expression, MapAccess } from '../syntax/ast.ts';
import { describe, typeName } from '../types/describe-type.ts';
import {
  type AggregateType,
  definite,
  int64,
  isStorable,
  sameType,
  storedType,
  type Type,
  uint64,
  unify,
  unknown,
  voidType,
} from '../types/type.ts';
import type { MapSymbol } from './model.ts';
import type { MapTypes, Typer } from './typer.ts';

/** Aggregates that are one number, which a probe may read. */
const readable: readonly AggregateType['aggregate'][] = ['count', 'sum', 'min', 'max', 'avg'];

/** What one probe learns and asks of the script's maps. */
export class MapTyper implements MapTypes {
  readonly #typer: Typer;
  readonly #maps: ReadonlyMap<string, MapSymbol>;

  constructor(typer: Typer, maps: ReadonlyMap<string, MapSymbol>) {
    this.#typer = typer;
    this.#maps = maps;
  }

  /** A map that is named as a whole or with a key; its key is checked, and that it has been written somewhere. */
  read(access: MapAccess): MapSymbol {
    const symbol = this.#symbol(access);
    if (access.key !== undefined) this.#key(access, symbol);
    if (!symbol.written) {
      const written = [...this.#maps.values()].filter((map) => map.written).map((map) => map.name);
      this.#typer.report('undefined-map', access.span, `Undefined map: ${access.name}`, () =>
        didYouMean(access.name, written),
      );
    }
    return symbol;
  }

  /** The map that is assigned to, its key checked. */
  written(access: MapAccess): MapSymbol {
    const symbol = this.#symbol(access);
    this.#key(access, symbol);
    return symbol;
  }

  store(access: MapAccess, type: Type, span: Span): void {
    const symbol = this.written(access);
    const merged = symbol.value === undefined ? type : unify(symbol.value, type);
    if (merged === undefined) {
      this.#typer.report('type-mismatch', span, storeMismatch(access.name, type, symbol.value ?? unknown));
    } else if (!sameType(merged, symbol.value)) {
      symbol.value = merged;
      this.#typer.changed = true;
    }
  }

  /** The type of `@m[k]` or `@m` where a value is wanted. */
  valueOf(access: MapAccess): Type {
    const symbol = this.read(access);
    if (access.key === undefined) {
      if (symbol.key !== undefined && symbol.key.kind !== 'void' && symbol.key.kind !== 'unknown') {
        const message = `${access.name} used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)`;
        this.#typer.report('type-mismatch', access.span, message, `write ${access.name}[...]`);
        return unknown;
      }
      this.#key(access, symbol);
    }
    if (symbol.value?.kind !== 'aggregate') return definite(symbol.value ?? unknown);
    return this.readAggregate(symbol.value, access.span);
  }

  /** The number that an aggregate is now; reported where it is no number, or the kernel cannot give it. */
  readAggregate(type: AggregateType, span: Span): Type {
    const { env } = this.#typer;
    if (!readable.includes(type.aggregate)) {
      const message = `the value of ${type.aggregate}() is no number: it cannot be read in a probe`;
      this.#typer.report('unsupported', span, message, 'print() prints it');
      return unknown;
    }
    if (!env.features.has('percpu_lookup')) {
      const message = `${type.aggregate}() is kept per CPU, and this kernel cannot read the values of all CPUs in a probe (5.19 can)`;
      this.#typer.report('unsupported', span, message, 'print() prints it');
    }
    return type.aggregate !== 'count' && !type.signed ? uint64 : int64;
  }

  /** The types of the entries that a loop over a map goes through: `(key, value)`. */
  entryType(access: MapAccess): Type {
    const symbol = this.read(access);
    const { key, value } = symbol;
    if (key === undefined || value === undefined) return unknown;
    if (key.kind === 'void') {
      this.#typer.report(
        'type-mismatch',
        access.span,
        `${access.name} has no explicit keys (scalar map), and cannot be used for iteration`,
      );
      return unknown;
    }
    if (value.kind !== 'aggregate') return { kind: 'tuple', elements: [definite(key), definite(value)] };
    if (!readable.includes(value.aggregate)) {
      this.#typer.report('unsupported', access.span, `Loop expression does not support type: ${typeName(value)}`);
      return unknown;
    }
    return { kind: 'tuple', elements: [definite(key), this.readAggregate(value, access.span)] };
  }

  #symbol(access: MapAccess): MapSymbol {
    const symbol = this.#maps.get(access.name);
    if (symbol === undefined) throw new Error(`map ${access.name} was not collected`);
    return symbol;
  }

  #key(access: MapAccess, symbol: MapSymbol): void {
    const given = access.key === undefined ? voidType : this.#keyType(access.key);
    if (given.kind === 'unknown') return;
    const merged = symbol.key === undefined ? given : unify(symbol.key, given);
    if (merged === undefined) {
      this.#typer.report('type-mismatch', access.span, keyMismatch(access.name, given, symbol.key ?? unknown));
    } else if (!sameType(merged, symbol.key)) {
      symbol.key = merged;
      this.#typer.changed = true;
    }
  }

  #keyType(key: Expression): Type {
    const type = this.#typer.typeOf(key);
    if (isStorable(type)) return storedType(type);
    this.#typer.report('type-mismatch', key.span, `${describe(type)} cannot be part of a key`);
    return unknown;
  }
}

function keyMismatch(name: string, given: Type, held: Type): string {
  if (held.kind === 'void') {
    return `${name} used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)`;
  }
  if (given.kind === 'void') {
    return `${name} used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)`;
  }
  return `Argument mismatch for ${name}: trying to access with arguments: '${typeName(given)}' when map expects arguments: '${typeName(held)}'`;
}

function storeMismatch(name: string, given: Type, held: Type): string {
  if (given.kind === 'aggregate' && held.kind === 'aggregate' && given.aggregate === held.aggregate) {
    return given.aggregate === 'hist'
      ? 'Different bits in a single hist unsupported'
      : `Different ${given.aggregate} bounds in a single map unsupported`;
  }
  return `Type mismatch for ${name}: trying to assign value of type '${typeName(given)}' when map already has a type '${typeName(held)}'`;
}
