// How often code inside loops, comprehensions and conditions runs, and with which loop variables, as far as the
// source tells.
import type { Node as SyntaxNode } from '@vscode/tree-sitter-wasm';
import { evaluate, known, shorten, unknown, type Literal, type PythonValue, type Scope } from './pythonValue';
import type { Bindings } from './torchScope';

/** Loops longer than this are not followed. */
export const maxIterations = 4096;

/** The bindings of each run of a definition, with the defaults that this rests on; or why they are not known. */
export type Runs =
  | { readonly runs: Bindings[]; readonly assumed: readonly string[] }
  | { readonly because: readonly string[] };

/** The iterations that one enclosing node makes of what is inside it; none where a condition is known to be false. */
export function runsThrough(outer: SyntaxNode, through: SyntaxNode, bindings: Bindings, scope: Scope): Runs {
  const once: Runs = { runs: [bindings], assumed: [] };
  switch (outer.type) {
    case 'for_statement':
      if (outer.childForFieldName('body')?.id !== through.id) return once;
      return iterate(outer, bindings, scope);
    case 'list_comprehension':
    case 'generator_expression':
    case 'set_comprehension':
    case 'dictionary_comprehension': {
      if (outer.childForFieldName('body')?.id !== through.id) return once;
      const clauses = outer.namedChildren.filter((child) => child !== null && child.id !== through.id);
      const [clause] = clauses;
      if (clauses.length !== 1 || clause?.type !== 'for_in_clause') return { because: [shorten(outer.text)] };
      return iterate(clause, bindings, scope);
    }
    case 'if_statement':
    case 'conditional_expression': {
      const condition =
        outer.childForFieldName('condition') ??
        (outer.type === 'conditional_expression' ? outer.namedChild(1) : null);
      if (!condition || condition.id === through.id) return once;
      const value = evaluate(condition, scope);
      if (!value.known) return { because: value.because };
      const whenTrue =
        outer.type === 'if_statement'
          ? outer.childForFieldName('consequence')?.id === through.id
          : outer.namedChild(0)?.id === through.id;
      if (through.type === 'elif_clause') return { because: [shorten(condition.text)] };
      return { runs: Boolean(value.value) === whenTrue ? [bindings] : [], assumed: value.assumed };
    }
    case 'while_statement':
    case 'try_statement':
    case 'match_statement':
    case 'lambda':
      return { because: [shorten(outer.text)] };
    default:
      return once;
  }
}

function iterate(loop: SyntaxNode, bindings: Bindings, scope: Scope): Runs {
  const [target, range] = [loop.childForFieldName('left'), loop.childForFieldName('right')];
  if (!target || !range) return { because: [shorten(loop.text)] };
  const items = itemsOf(range, scope);
  if (!items.known) return items;
  if (!Array.isArray(items.value) || items.value.length > maxIterations)
    return { because: [shorten(range.text)] };
  const names =
    target.type === 'identifier' ? [target.text] : target.namedChildren.map((child) => child?.text ?? '');
  const runs = (items.value as readonly Literal[]).map((item) => {
    const bound = new Map(bindings);
    for (const [i, name] of names.entries()) {
      const value =
        target.type === 'identifier' ? item : Array.isArray(item) ? (item as Literal[])[i] : undefined;
      bound.set(name, value === undefined ? unknown(name) : known(value));
    }
    return bound;
  });
  return { runs, assumed: items.assumed };
}

/** The items of `range(…)`, `enumerate(…)`, `zip(…)` or of a list. */
function itemsOf(node: SyntaxNode, scope: Scope): PythonValue {
  const callee = node.type === 'call' ? node.childForFieldName('function')?.text : undefined;
  if (callee !== 'range' && callee !== 'enumerate' && callee !== 'zip') return evaluate(node, scope);
  const values: Literal[] = [];
  const assumed: string[] = [];
  for (const child of node.childForFieldName('arguments')?.namedChildren ?? []) {
    const value = child ? (callee === 'range' ? evaluate(child, scope) : itemsOf(child, scope)) : unknown('');
    if (!value.known) return value;
    values.push(value.value);
    assumed.push(...value.assumed);
  }
  if (callee === 'range') {
    if (!values.every((value) => typeof value === 'number')) return unknown(shorten(node.text));
    const [start, end, step] =
      values.length === 1 ? [0, values[0], 1] : [values[0], values[1], values[2] ?? 1];
    const length = Math.ceil((Number(end) - Number(start)) / step);
    if (!(length <= maxIterations)) return unknown(shorten(node.text));
    return known(
      Array.from({ length: Math.max(0, length) }, (_, i) => Number(start) + i * step),
      assumed,
    );
  }
  const lists = values.map((value) => (Array.isArray(value) ? (value as readonly Literal[]) : []));
  if (callee === 'enumerate')
    return known(
      (lists[0] ?? []).map((item, i): Literal => [i, item]),
      assumed,
    );
  const length = Math.min(...lists.map((list) => list.length));
  return known(
    Array.from({ length }, (_, i): Literal => lists.map((list) => list[i] ?? null)),
    assumed,
  );
}
