import { isCollection, isNode, isPair, LineCounter, parseDocument } from 'yaml';

/** Counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export interface PlacedProblem extends TextPlace {
  readonly message: string;
}

/** What a YAML text holds, and where each part of it stands. */
export interface LocatedYaml {
  readonly content: unknown;
  /** Of the key or item that names and indexes lead to, or of the deepest that is there. */
  readonly placeOf: (path: readonly PropertyKey[]) => TextPlace;
}

/**
 * Reads YAML 1.2 (JSON is YAML), or tells all that is wrong with its syntax. Anchors and aliases are wrong: with them a small text
 * can unfold to anything.
 */
export function readLocatedYaml(source: string): LocatedYaml | { readonly problems: readonly PlacedProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    uniqueKeys: true,
    version: '1.2',
    prettyErrors: false,
  });
  const at = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    return { problems: document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message })) };
  }
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { problems: [{ line: 1, column: 1, message: 'anchors and aliases (&x, *x) are not taken' }] };
  }
  const placeOf = (path: readonly PropertyKey[]) => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const part of path) {
      if (!isCollection(node)) break;
      const item: unknown = node.items.find((each, index) =>
        isPair(each) ? String(isNode(each.key) ? each.key.toJSON() : each.key) === String(part) : index === part,
      );
      const key = isPair(item) ? item.key : item;
      if (isNode(key)) offset = key.range?.[0] ?? offset;
      node = isPair(item) ? item.value : item;
    }
    return at(offset);
  };
  return { content, placeOf };
}
