// A parsed Python file with the questions that layer definitions ask of it: what a name is imported from, what is
// assigned to a name in a scope, which calls there are. Answers come from text first and the syntax tree second,
// since reading every node of a large tree is slow.
import type { Node as SyntaxNode } from '@vscode/tree-sitter-wasm';

export interface PythonCall {
  readonly node: SyntaxNode;
  /** The callee as written, like `nn.Linear` or `self.make_layer`. */
  readonly callee: string;
}

export interface Assignment {
  /** The assigned expression; undefined where the name is assigned in another way (a tuple, `+=`, a loop). */
  readonly value: SyntaxNode | undefined;
  readonly node: SyntaxNode;
}

const scopes = new Set(['function_definition', 'class_definition', 'module', 'lambda']);

export class PythonSource {
  private readonly parents = new Map<number, SyntaxNode | null>();
  private readonly assigned = new Map<string, readonly Assignment[]>();
  /** Local name (dotted) to the full name it was imported as. */
  readonly imports: ReadonlyMap<string, string>;
  /** Modules whose names were all imported. */
  readonly starImports: readonly string[];
  readonly calls: readonly PythonCall[];
  readonly classes: ReadonlyMap<string, SyntaxNode>;

  constructor(
    readonly text: string,
    readonly root: SyntaxNode,
  ) {
    const imports = new Map<string, string>();
    const stars: string[] = [];
    for (const match of text.matchAll(/^[ \t]*(?:import|from)[ \t]/gm)) {
      readImport(this.nodeOfType(match.index + match[0].length - 2, /^import_/), imports, stars);
    }
    this.imports = imports;
    this.starImports = stars;
    this.classes = this.findClasses();
    this.calls = this.findCalls();
  }

  /** The full name of a dotted name, by the file's imports: `nn.Linear` → `torch.nn.Linear`. */
  resolve(name: string): string | undefined {
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
      const target = this.imports.get(name.slice(0, end));
      if (target !== undefined) return target + name.slice(end);
    }
    return undefined;
  }

  /** A node's parent. Asking the tree walks down from its root each time, so the answers are kept. */
  parent(node: SyntaxNode): SyntaxNode | null {
    let parent = this.parents.get(node.id);
    if (parent === undefined) {
      parent = node.parent;
      this.parents.set(node.id, parent);
    }
    return parent;
  }

  /** The nearest function, class or module around a node, not the node itself. */
  scopeOf(node: SyntaxNode): SyntaxNode | null {
    for (let around = this.parent(node); around; around = this.parent(around)) {
      if (scopes.has(around.type)) return around;
    }
    return null;
  }

  /** The class that a node is in, or is. */
  classAround(node: SyntaxNode | null): SyntaxNode | undefined {
    for (let around = node; around; around = this.parent(around))
      if (around.type === 'class_definition') return around;
    return undefined;
  }

  /** Everything assigned to a name (or to `self.name`) directly in a scope: a module, a class body or a function. */
  assignments(name: string, scope: SyntaxNode): readonly Assignment[] {
    const key = `${name}@${scope.id}`;
    const found = this.assigned.get(key) ?? this.findAssignments(name, scope);
    this.assigned.set(key, found);
    return found;
  }

  private findAssignments(name: string, scope: SyntaxNode): Assignment[] {
    const escaped = name.replaceAll('.', '\\.');
    const pattern = new RegExp(`(?<![\\w.])${escaped}(?![\\w.])`, 'g');
    pattern.lastIndex = scope.startIndex;
    const found: Assignment[] = [];
    for (
      let match = pattern.exec(this.text);
      match && match.index < scope.endIndex;
      match = pattern.exec(this.text)
    ) {
      const assignment = this.assignmentAt(
        this.root.descendantForIndex(match.index, match.index + name.length),
        name,
      );
      if (assignment && this.scopeOf(assignment.node)?.id === scope.id) found.push(assignment);
    }
    return found;
  }

  private assignmentAt(node: SyntaxNode | null, name: string): Assignment | undefined {
    if (node?.text !== name) return undefined;
    let inner = node;
    for (let around = this.parent(node); around; around = this.parent(around)) {
      const left = around.childForFieldName('left');
      if (around.type === 'assignment' || around.type === 'augmented_assignment') {
        if (left?.id !== inner.id) return undefined;
        const simple = around.type === 'assignment' && inner.id === node.id;
        const value = simple ? around.childForFieldName('right') : null;
        // A bare annotation (`width: int`) assigns nothing.
        if (simple && !value) return undefined;
        return { node: around, value: value ?? undefined };
      }
      if (around.type === 'for_statement')
        return left?.id === inner.id ? { node: around, value: undefined } : undefined;
      if (!/pattern|tuple|list|as_pattern|parenthesized/.test(around.type)) return undefined;
      inner = around;
    }
    return undefined;
  }

  private findClasses(): Map<string, SyntaxNode> {
    const classes = new Map<string, SyntaxNode>();
    for (const match of this.text.matchAll(/^[ \t]*class[ \t]+(\w+)/gm)) {
      const node = this.nodeOfType(match.index + match[0].length - 1, /^class_definition$/);
      if (node && node.childForFieldName('name')?.text === match[1]) classes.set(match[1] ?? '', node);
    }
    return classes;
  }

  private findCalls(): PythonCall[] {
    const calls: PythonCall[] = [];
    for (const match of this.text.matchAll(/(?<![\w.])([A-Za-z_]\w*(?:\.\w+)*)[ \t]*\(/g)) {
      const callee = match[1] ?? '';
      if (!this.mayMatter(callee, match.index)) continue;
      const name = this.root.descendantForIndex(match.index, match.index + callee.length);
      const node = name && this.parent(name);
      if (node?.type === 'call' && name?.startIndex === match.index) calls.push({ node, callee });
    }
    return calls;
  }

  /** Leaves out the many calls that can be no layer, before the tree is asked: what is kept in `self` may be one. */
  private mayMatter(callee: string, index: number): boolean {
    if (this.classes.has(callee) || this.starImports.length > 0) return true;
    if (this.resolve(callee)?.startsWith('torch.nn.')) return true;
    return /self\.\w+[ \t]*(:[^=\n]*)?=[ \t]*$/.test(
      this.text.slice(this.text.lastIndexOf('\n', index) + 1, index),
    );
  }

  private nodeOfType(index: number, type: RegExp): SyntaxNode | null {
    for (let node = this.root.descendantForIndex(index); node; node = this.parent(node))
      if (type.test(node.type)) return node;
    return null;
  }
}

function readImport(node: SyntaxNode | null, imports: Map<string, string>, stars: string[]): void {
  if (!node) return;
  const from = node.type === 'import_from_statement' ? node.childForFieldName('module_name') : null;
  const prefix = from ? `${from.text}.` : '';
  for (const child of node.namedChildren) {
    if (!child || child.id === from?.id) continue;
    if (child.type === 'wildcard_import' && from) stars.push(from.text);
    else if (child.type === 'dotted_name') imports.set(child.text, prefix + child.text);
    else if (child.type === 'aliased_import') {
      const [name, alias] = [child.childForFieldName('name'), child.childForFieldName('alias')];
      if (name && alias) imports.set(alias.text, prefix + name.text);
    }
  }
}
