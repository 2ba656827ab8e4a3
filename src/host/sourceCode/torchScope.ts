// What names are worth inside a module class: arguments it was made with, defaults, locals, `self.…`, class
// attributes and constants of the file. A name that is assigned twice is unknown, never guessed.
import type { Node as SyntaxNode } from '@vscode/tree-sitter-wasm';
import type { PythonSource } from './pythonSource';
import { evaluate, known, unknown, type PythonValue, type Scope } from './pythonValue';

export type Bindings = ReadonlyMap<string, PythonValue>;

/**
 * The scope of code inside `place` (a function, a class body or the module).
 * @param bound values that stand for parameters and loop variables.
 */
export function scopeAt(source: PythonSource, place: SyntaxNode, bound: Bindings): Scope {
  const visiting = new Set<string>();

  const lookUp = (name: string, from: SyntaxNode | null): PythonValue => {
    const key = `${name}@${from?.id ?? ''}`;
    if (visiting.has(key)) return unknown(name);
    visiting.add(key);
    try {
      return find(name, from);
    } finally {
      visiting.delete(key);
    }
  };

  const find = (name: string, from: SyntaxNode | null): PythonValue => {
    if (from?.id === place.id) {
      const value = bound.get(name);
      if (value) return value;
    }
    if (name.includes('.')) return attributeOf(name, from);
    for (let scope = from; scope; scope = source.scopeOf(scope)) {
      // The names of a class body are not seen by its methods.
      if (scope.type === 'class_definition' && scope.id !== from?.id) continue;
      const assigned = source.assignments(name, scope);
      const parameter = scope.type === 'function_definition' ? parameterOf(scope, name) : undefined;
      if (assigned.length + Number(parameter !== undefined) > 1) return unknown(name);
      if (parameter) return defaultValue(parameter, name, scope);
      const value = assigned[0]?.value;
      if (value) return evaluate(value, (inner) => lookUp(inner, scope));
      if (assigned.length > 0) return unknown(name);
    }
    return unknown(name);
  };

  const attributeOf = (name: string, from: SyntaxNode | null): PythonValue => {
    const dot = name.indexOf('.');
    const [owner, attribute] = [name.slice(0, dot), name.slice(dot + 1)];
    const cls = owner === 'self' || owner === 'cls' ? source.classAround(from) : source.classes.get(owner);
    if (!cls || attribute.includes('.')) return unknown(name);
    const inMethods = functionsOf(cls).flatMap((fn) =>
      source.assignments(`self.${attribute}`, fn).map((assignment) => ({ ...assignment, scope: fn })),
    );
    const inBody = source.assignments(attribute, cls).map((assignment) => ({ ...assignment, scope: cls }));
    const assigned = inMethods.length > 0 ? inMethods : inBody;
    const only = assigned.length === 1 ? assigned[0] : undefined;
    if (!only?.value) return unknown(name);
    return evaluate(only.value, (inner) => lookUp(inner, only.scope));
  };

  const defaultValue = (parameter: SyntaxNode, name: string, fn: SyntaxNode): PythonValue => {
    const value = parameter.childForFieldName('value');
    if (!value) return unknown(name);
    const result = evaluate(value, (inner) => lookUp(inner, source.scopeOf(fn)));
    return result.known ? known(result.value, [...result.assumed, `${name}=${value.text}`]) : result;
  };

  return (name) => lookUp(name, place);
}

/** The parameters of a function without `self`, in order. */
export function parameterNames(fn: SyntaxNode): string[] {
  const names = (fn.childForFieldName('parameters')?.namedChildren ?? []).flatMap((parameter) => {
    const name = parameter && nameOf(parameter);
    return name ? [name] : [];
  });
  return names[0] === 'self' || names[0] === 'cls' ? names.slice(1) : names;
}

/** The functions directly in a class body. */
export function functionsOf(cls: SyntaxNode): SyntaxNode[] {
  return (cls.childForFieldName('body')?.namedChildren ?? []).flatMap((child) => {
    const definition = child?.type === 'decorated_definition' ? child.childForFieldName('definition') : child;
    return definition?.type === 'function_definition' ? [definition] : [];
  });
}

function parameterOf(fn: SyntaxNode, name: string): SyntaxNode | undefined {
  const parameters = fn.childForFieldName('parameters')?.namedChildren ?? [];
  return parameters.find((parameter) => parameter !== null && nameOf(parameter) === name) ?? undefined;
}

function nameOf(parameter: SyntaxNode): string | undefined {
  if (parameter.type === 'identifier') return parameter.text;
  return (parameter.childForFieldName('name') ?? parameter.namedChild(0))?.text;
}
