// Finds what a Python file defines with torch.nn: each layer with its parameter count, each module class and each
// Sequential with its total. What the file does not tell is reported as unknown, with the names that it hangs on.
import type { Node as SyntaxNode } from '@vscode/tree-sitter-wasm';
import { maxIterations, runsThrough, type Runs } from './pythonLoops';
import { PythonSource, type PythonCall } from './pythonSource';
import { evaluate, known, shorten, unknown, type PythonValue, type Scope } from './pythonValue';
import { argumentsOf, torchLayers, UnknownArgument } from './torchLayers';
import { functionsOf, parameterNames, scopeAt, type Bindings } from './torchScope';

export interface ParameterCount {
  /** Parameters of everything that is known. */
  readonly parameters: number;
  /** Defaults of parameters that the count rests on, like "hidden=128". */
  readonly assumed: readonly string[];
  /** What is not known and not in `parameters`; empty when the count is whole. */
  readonly unknown: readonly string[];
  /** How often the definition is run, where it stands in a loop. */
  readonly repeats: number;
}

export interface Definition {
  readonly kind: 'layer' | 'total';
  readonly name: string;
  /** Zero-based line and column of the definition. */
  readonly line: number;
  readonly column: number;
  readonly count: ParameterCount;
}

/** Modules of torch.nn that hold parameters which their arguments do not tell. */
const parametersUnknown =
  /^(Lazy\w+|Transformer|TransformerEncoder|TransformerDecoder|AdaptiveLogSoftmaxWithLoss)$/;
const tensorMakers = /^torch\.(zeros|ones|rand|randn|empty|full)$/;
/** Calls that make no module: they neither hold parameters nor hide them. */
const plainCalls = /^(super|int|float|len|list|dict|tuple|max|min|sum|str|bool|range|print|set|abs|round)$/;

/** All definitions of a file in order of their lines. */
export function findTorchDefinitions(text: string, root: SyntaxNode): Definition[] {
  const source = new PythonSource(text, root);
  if (![...source.imports.values(), ...source.starImports].some((name) => /^torch(\.|$)/.test(name)))
    return [];
  const counter = new Counter(source);
  const definitions: Definition[] = [];
  const add = (kind: Definition['kind'], name: string, node: SyntaxNode, count: ParameterCount): void => {
    definitions.push({ kind, name, line: node.startPosition.row, column: node.startPosition.column, count });
  };
  for (const call of source.calls) {
    const target = counter.targetOf(call);
    if (target.kind === 'layer' || target.kind === 'parameter') {
      add('layer', target.name, call.node, counter.countCall(call));
    } else if (target.kind === 'own' && counter.hasLayers(target.definition)) {
      add('layer', target.name, call.node, counter.countCall(call));
    } else if (target.kind === 'container') {
      const inner = counter.countWithin(call.node);
      if (inner.calls > 1) add('total', target.name, call.node, inner.count);
    }
  }
  for (const [name, node] of source.classes) {
    if (counter.hasLayers(node)) add('total', name, node, counter.countClass(node, new Map()));
  }
  return definitions.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

type Target =
  | { readonly kind: 'layer' | 'parameter' | 'container' | 'hidden'; readonly name: string }
  | { readonly kind: 'own'; readonly name: string; readonly definition: SyntaxNode }
  | { readonly kind: 'none' };

const nothing: ParameterCount = { parameters: 0, assumed: [], unknown: [], repeats: 1 };

class Counter {
  /** Classes being counted, so that one that contains itself does not go on for ever. */
  private readonly counting = new Set<number>();

  private byClass: Map<number | undefined, PythonCall[]> | undefined;
  private readonly withLayers = new Map<number, boolean>();

  constructor(private readonly source: PythonSource) {}

  targetOf({ callee, node }: PythonCall): Target {
    const own = this.source.classes.get(callee);
    if (own) return { kind: 'own', name: callee, definition: own };
    const full = this.source.resolve(callee) ?? this.starName(callee);
    const name = full?.startsWith('torch.nn.') ? full.slice(full.lastIndexOf('.') + 1) : undefined;
    if (name !== undefined && torchLayers.has(name)) return { kind: 'layer', name };
    if (name === 'Parameter') return { kind: 'parameter', name };
    if (name === 'Sequential' || name === 'ModuleList' || name === 'ModuleDict')
      return { kind: 'container', name };
    if (name !== undefined && parametersUnknown.test(name)) return { kind: 'hidden', name };
    if (full !== undefined && /^(torch|math|numpy)\./.test(full)) return { kind: 'none' };
    // What else is kept in `self` may be a module from elsewhere.
    const around = this.source.parent(node);
    const kept =
      around?.type === 'assignment' && /^self\.\w+$/.test(around.childForFieldName('left')?.text ?? '');
    return kept && !plainCalls.test(callee) ? { kind: 'hidden', name: callee } : { kind: 'none' };
  }

  /** Whether a class defines layers of its own or uses classes that do. */
  hasLayers(definition: SyntaxNode): boolean {
    const found = this.withLayers.get(definition.id);
    if (found !== undefined) return found;
    // A class that leads back to itself finds this while it is being asked.
    this.withLayers.set(definition.id, false);
    const has = this.callsOf(definition).some((call) => {
      const target = this.targetOf(call);
      if (target.kind === 'own') return this.hasLayers(target.definition);
      return target.kind === 'layer' || target.kind === 'parameter';
    });
    this.withLayers.set(definition.id, has);
    return has;
  }

  /** The total of a class made with the given arguments of `__init__`. */
  countClass(definition: SyntaxNode, bound: Bindings): ParameterCount {
    const name = definition.childForFieldName('name')?.text ?? '';
    if (this.counting.has(definition.id)) return { ...nothing, unknown: [name] };
    this.counting.add(definition.id);
    try {
      const init = initOf(definition);
      const parts = this.callsOf(definition).map((call) => {
        const place = this.source.scopeOf(call.node);
        if (init && place?.id === init.id) return this.countCall(call, bound);
        const target = this.targetOf(call);
        // How often another method runs, and with what, is not known.
        return target.kind === 'none' || target.kind === 'container'
          ? nothing
          : { ...nothing, unknown: [`${place?.childForFieldName('name')?.text ?? name}()`] };
      });
      return sum([...parts, ...this.inherited(definition)]);
    } finally {
      this.counting.delete(definition.id);
    }
  }

  /** What one call adds, over all iterations of the loops around it. */
  countCall(call: PythonCall, bound: Bindings = new Map()): ParameterCount {
    const target = this.targetOf(call);
    if (target.kind === 'none' || target.kind === 'container') return nothing;
    const place = this.source.scopeOf(call.node) ?? this.source.root;
    const found = this.runsOf(call.node, place, bound);
    if ('because' in found) return { ...nothing, unknown: found.because };
    const counts = found.runs.map((run) => this.countOnce(call, target, scopeAt(this.source, place, run)));
    return { ...sum([{ ...nothing, assumed: found.assumed }, ...counts]), repeats: found.runs.length };
  }

  /** The layers written inside a call, like those of a Sequential. */
  countWithin(node: SyntaxNode): { calls: number; count: ParameterCount } {
    const inside = this.source.calls.filter(
      (call) =>
        call.node.id !== node.id &&
        call.node.startIndex >= node.startIndex &&
        call.node.endIndex <= node.endIndex,
    );
    const counted = inside.filter((call) => !['none', 'container'].includes(this.targetOf(call).kind));
    return {
      calls: counted.length,
      count: { ...sum(counted.map((call) => this.countCall(call))), repeats: 1 },
    };
  }

  private countOnce(call: PythonCall, target: Target, scope: Scope): ParameterCount {
    if (target.kind === 'hidden') return { ...nothing, unknown: [shorten(target.name)] };
    if (target.kind === 'parameter') return countParameter(call, this.source, scope);
    const assumed = new Set<string>();
    if (target.kind === 'own')
      return this.countClass(target.definition, this.madeWith(target.definition, call, scope));
    const layer = target.kind === 'layer' ? torchLayers.get(target.name) : undefined;
    if (!layer) return nothing;
    const given = readArguments(call.node, layer.parameters, scope);
    try {
      const parameters = layer.count(argumentsOf(given, assumed));
      const inOrder = [...given.values()].flatMap((value) => (value.known ? value.assumed : []));
      return { ...nothing, parameters, assumed: inOrder.filter((name) => assumed.has(name)) };
    } catch (error) {
      if (!(error instanceof UnknownArgument)) throw error;
      const open = [...given.values()].flatMap((value) => (value.known ? [] : value.because));
      return { ...nothing, unknown: [...new Set(open.length > 0 ? open : error.because)] };
    }
  }

  /** The parameters of a class's `__init__` in a call: those not given have their defaults, for certain. */
  private madeWith(definition: SyntaxNode, call: PythonCall, scope: Scope): Bindings {
    const init = initOf(definition);
    const names = init ? parameterNames(init) : [];
    const bound = readArguments(call.node, names, scope);
    for (const name of names) {
      const value = init && !bound.has(name) ? scopeAt(this.source, init, new Map())(name) : undefined;
      if (value) bound.set(name, value.known ? known(value.value) : value);
    }
    return bound;
  }

  /** Bindings of the loop variables around a call, one set per iteration; or why they are not known. */
  private runsOf(node: SyntaxNode, place: SyntaxNode, bound: Bindings): Runs {
    const around: { node: SyntaxNode; through: SyntaxNode }[] = [];
    for (
      let inner = node, outer = this.source.parent(node);
      outer && outer.id !== place.id;
      inner = outer, outer = this.source.parent(outer)
    ) {
      around.unshift({ node: outer, through: inner });
    }
    let runs: Bindings[] = [bound];
    const assumed: string[] = [];
    for (const { node: outer, through } of around) {
      const next: Bindings[] = [];
      for (const bindings of runs) {
        const step = runsThrough(outer, through, bindings, scopeAt(this.source, place, bindings));
        if ('because' in step) return step;
        next.push(...step.runs);
        assumed.push(...step.assumed);
        if (next.length > maxIterations) return { because: [shorten(outer.text)] };
      }
      runs = next;
    }
    return { runs, assumed };
  }

  private callsOf(definition: SyntaxNode): readonly PythonCall[] {
    if (!this.byClass) {
      this.byClass = new Map();
      for (const call of this.source.calls) {
        const id = this.source.classAround(call.node)?.id;
        const calls = this.byClass.get(id);
        if (calls) calls.push(call);
        else this.byClass.set(id, [call]);
      }
    }
    return this.byClass.get(definition.id) ?? [];
  }

  /** A base class of this file that has layers makes the total open: what it is made with is not followed. */
  private inherited(definition: SyntaxNode): ParameterCount[] {
    const bases = definition.childForFieldName('superclasses')?.namedChildren ?? [];
    return bases.flatMap((base) => {
      const own = base && this.source.classes.get(base.text);
      return own && this.hasLayers(own) ? [{ ...nothing, unknown: [base.text] }] : [];
    });
  }

  private starName(callee: string): string | undefined {
    const from = this.source.starImports.find((name) => name === 'torch.nn');
    return from !== undefined && !callee.includes('.') ? `${from}.${callee}` : undefined;
  }
}

function initOf(definition: SyntaxNode): SyntaxNode | undefined {
  return functionsOf(definition).find((fn) => fn.childForFieldName('name')?.text === '__init__');
}

function readArguments(
  call: SyntaxNode,
  parameters: readonly string[],
  scope: Scope,
): Map<string, PythonValue> {
  const values = new Map<string, PythonValue>();
  let position = 0;
  for (const argument of call.childForFieldName('arguments')?.namedChildren ?? []) {
    if (!argument || argument.type === 'comment') continue;
    if (argument.type === 'keyword_argument') {
      const [name, value] = [argument.childForFieldName('name'), argument.childForFieldName('value')];
      if (name && value) values.set(name.text, evaluate(value, scope));
    } else if (argument.type === 'list_splat' || argument.type === 'dictionary_splat') {
      for (const name of parameters) if (!values.has(name)) values.set(name, unknown(shorten(argument.text)));
    } else {
      const name = parameters[position++];
      if (name !== undefined) values.set(name, evaluate(argument, scope));
    }
  }
  return values;
}

/** `nn.Parameter(torch.zeros(1, 64, 768))` and the like. */
function countParameter(call: PythonCall, source: PythonSource, scope: Scope): ParameterCount {
  const made = call.node.childForFieldName('arguments')?.namedChild(0);
  const callee = made?.type === 'call' ? made.childForFieldName('function')?.text : undefined;
  const hidden = { ...nothing, unknown: [shorten(made?.text ?? 'Parameter')] };
  if (!made || callee === undefined || !tensorMakers.test(source.resolve(callee) ?? '')) return hidden;
  let parameters = 1;
  const assumed: string[] = [];
  for (const child of made.childForFieldName('arguments')?.namedChildren ?? []) {
    if (!child || child.type === 'keyword_argument') continue;
    const value = evaluate(child, scope);
    if (!value.known) return { ...nothing, unknown: value.because };
    assumed.push(...value.assumed);
    for (const size of [value.value].flat()) {
      if (typeof size !== 'number') return hidden;
      parameters *= size;
    }
    if (callee.endsWith('full')) break;
  }
  return { ...nothing, parameters, assumed };
}

function sum(counts: readonly ParameterCount[]): ParameterCount {
  return {
    parameters: counts.reduce((total, count) => total + count.parameters, 0),
    assumed: [...new Set(counts.flatMap((count) => count.assumed))],
    unknown: [...new Set(counts.flatMap((count) => count.unknown))],
    repeats: 1,
  };
}
