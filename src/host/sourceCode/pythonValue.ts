// What an expression in Python source is worth, as far as the file alone tells. Nothing is ever executed.
import type { Node as SyntaxNode } from '@vscode/tree-sitter-wasm';

export type Literal = number | string | boolean | null | readonly Literal[];

export type PythonValue =
  /** `assumed` lists defaults of parameters that the value rests on, like "hidden=128". */
  | { readonly known: true; readonly value: Literal; readonly assumed: readonly string[] }
  /** `because` names what is not known. */
  | { readonly known: false; readonly because: readonly string[] };

/** Looks a name up where an expression stands; dotted for attributes (`self.hidden`, `Config.width`). */
export type Scope = (name: string) => PythonValue;

export function known(value: Literal, assumed: readonly string[] = []): PythonValue {
  return { known: true, value, assumed };
}

export function unknown(...because: readonly string[]): PythonValue {
  return { known: false, because };
}

/** The value of an expression: literals, names, tuples and lists, arithmetic, and conditional expressions. */
export function evaluate(node: SyntaxNode, scope: Scope): PythonValue {
  switch (node.type) {
    case 'integer': {
      const value = Number(node.text.replaceAll('_', ''));
      return Number.isNaN(value) ? unknown(node.text) : known(value);
    }
    case 'float':
      return known(Number(node.text.replaceAll('_', '')));
    case 'true':
      return known(true);
    case 'false':
      return known(false);
    case 'none':
      return known(null);
    case 'string':
      return known(node.text.replace(/^[a-zA-Z]*(['"]{1,3})|['"]{1,3}$/g, ''));
    case 'identifier':
    case 'attribute':
      return scope(node.text);
    case 'parenthesized_expression': {
      const inner = node.namedChild(0);
      return inner ? evaluate(inner, scope) : unknown(node.text);
    }
    case 'tuple':
    case 'list':
      return sequence(node, scope);
    case 'unary_operator':
    case 'not_operator': {
      const operand = node.childForFieldName('argument');
      return operand ? unary(node, evaluate(operand, scope)) : unknown(node.text);
    }
    case 'binary_operator': {
      const [left, right] = [node.childForFieldName('left'), node.childForFieldName('right')];
      if (!left || !right) return unknown(node.text);
      return binary(node, evaluate(left, scope), evaluate(right, scope));
    }
    case 'subscript': {
      const [list, index] = [node.childForFieldName('value'), node.childForFieldName('subscript')];
      if (!list || !index) return unknown(node.text);
      if (index.type === 'slice') return slice(index, evaluate(list, scope), scope);
      return element(node, evaluate(list, scope), evaluate(index, scope));
    }
    case 'conditional_expression': {
      const [yes, condition, no] = node.namedChildren;
      if (!yes || !condition || !no) return unknown(node.text);
      const test = evaluate(condition, scope);
      if (!test.known) return test;
      return rest(evaluate(test.value ? yes : no, scope), test.assumed);
    }
    case 'call': {
      const callee = node.childForFieldName('function')?.text;
      const argument = node.childForFieldName('arguments')?.namedChild(0);
      if (callee === 'int' && argument) {
        const value = evaluate(argument, scope);
        return value.known && typeof value.value === 'number'
          ? known(Math.trunc(value.value), value.assumed)
          : value;
      }
      return unknown(shorten(node.text));
    }
    default:
      return unknown(shorten(node.text));
  }
}

/** A piece of source short enough to be named in a lens. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 30 ? `${line.slice(0, 29)}…` : line;
}

function sequence(node: SyntaxNode, scope: Scope): PythonValue {
  const values: Literal[] = [];
  const assumed: string[] = [];
  for (const child of node.namedChildren) {
    const value = child ? evaluate(child, scope) : unknown(node.text);
    if (!value.known) return value;
    values.push(value.value);
    assumed.push(...value.assumed);
  }
  return known(values, assumed);
}

function unary(node: SyntaxNode, operand: PythonValue): PythonValue {
  if (!operand.known) return operand;
  if (node.type === 'not_operator') return known(!operand.value, operand.assumed);
  if (typeof operand.value !== 'number') return unknown(shorten(node.text));
  const sign = node.childForFieldName('operator')?.text;
  return sign === '-' || sign === '+'
    ? known(sign === '-' ? -operand.value : operand.value, operand.assumed)
    : unknown(shorten(node.text));
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => a - b * Math.floor(a / b),
  '**': (a, b) => a ** b,
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => Math.floor(a / 2 ** b),
};

function binary(node: SyntaxNode, left: PythonValue, right: PythonValue): PythonValue {
  if (!left.known || !right.known) {
    return unknown(...(left.known ? [] : left.because), ...(right.known ? [] : right.because));
  }
  const apply = arithmetic[node.childForFieldName('operator')?.text ?? ''];
  if (!apply || typeof left.value !== 'number' || typeof right.value !== 'number')
    return unknown(shorten(node.text));
  return known(apply(left.value, right.value), [...left.assumed, ...right.assumed]);
}

function element(node: SyntaxNode, list: PythonValue, index: PythonValue): PythonValue {
  if (!list.known) return list;
  if (!index.known) return index;
  if (!Array.isArray(list.value) || typeof index.value !== 'number') return unknown(shorten(node.text));
  const value = (list.value as readonly Literal[]).at(index.value);
  return value === undefined
    ? unknown(shorten(node.text))
    : known(value, [...list.assumed, ...index.assumed]);
}

/** `list[a:b]` without a step. */
function slice(node: SyntaxNode, list: PythonValue, scope: Scope): PythonValue {
  if (!list.known) return list;
  const parts = node.text.split(':');
  if (!Array.isArray(list.value) || parts.length !== 2) return unknown(shorten(node.text));
  const bounds: (number | undefined)[] = [];
  const children = node.namedChildren.filter((child) => child !== null);
  for (const part of parts) {
    const child = part.trim() === '' ? undefined : children.shift();
    const value = child && evaluate(child, scope);
    if (value && !value.known) return value;
    if (value && typeof value.value !== 'number') return unknown(shorten(node.text));
    bounds.push(value ? Number(value.value) : undefined);
  }
  return known((list.value as readonly Literal[]).slice(bounds[0], bounds[1]), list.assumed);
}

function rest(value: PythonValue, assumed: readonly string[]): PythonValue {
  return value.known ? known(value.value, [...value.assumed, ...assumed]) : value;
}
