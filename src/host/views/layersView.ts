// The Layers view: the models that were opened, their layers, and the layers' tensors.
import path from 'node:path';
import * as vscode from 'vscode';
import { assertNever } from '../../shared/base/assertNever';
import { DisposableStore, type Disposable } from '../../shared/base/disposable';
import { Emitter } from '../../shared/base/events';
import { treeItemKinds, viewIds } from '../contributions';
import { setContextKey } from '../contextKeys';
import { localizeError } from '../localize';
import { isPrunable, type LockedLayers } from '../models/lockedLayers';
import type { OpenModels } from '../models/openModels';
import {
  arrangeLayers,
  type LayerNode,
  type LayerOrder,
  type LayersNode,
  type ModelNode,
  type TensorNode,
} from './layerNodes';
import {
  layerAccessibleText,
  layerDescription,
  layerTooltip,
  modelDescription,
  modelTooltip,
  tensorDescription,
  tensorTooltip,
} from './layerTexts';

const orderKey = 'layers.order';
const longestDrawMs = 2_000;

export class LayersView implements Disposable, vscode.TreeDataProvider<LayersNode> {
  private readonly changes = new vscode.EventEmitter<LayersNode | undefined>();
  private readonly tree: vscode.TreeView<LayersNode>;
  private readonly listening = new DisposableStore();
  private readonly models = new Map<string, ModelNode>();
  /** Models that VS Code has drawn since the list last changed, and who waits for one. */
  private readonly drawn = new Set<string>();
  private readonly waiting = new Emitter<string>();
  private text = '';

  readonly onDidChangeTreeData = this.changes.event;

  constructor(
    private readonly openModels: OpenModels,
    private readonly locks: LockedLayers,
    private readonly memory: vscode.Memento,
  ) {
    // A file that is read but not listed (the result of a run) has no node.
    this.listening.add(
      openModels.onDidChange((file) => {
        if (file === undefined) this.redraw();
        else this.modelChanged(file);
      }),
    );
    this.listening.add(locks.onDidChange((file) => this.modelChanged(file)));
    this.tree = vscode.window.createTreeView(viewIds.layers, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
  }

  get order(): LayerOrder {
    return this.memory.get<LayerOrder>(orderKey, 'graph');
  }

  set order(order: LayerOrder) {
    void this.memory.update(orderKey, order);
    this.redraw();
  }

  get filter(): string {
    return this.text;
  }

  set filter(text: string) {
    this.text = text.trim();
    this.tree.message = this.text === '' ? '' : vscode.l10n.t('Filter: {0}', this.text);
    setContextKey('counterweight.layersFiltered', this.text !== '');
    this.redraw();
  }

  /** The node that is selected in the tree. */
  get selected(): LayersNode | undefined {
    return this.tree.selection[0];
  }

  /** Opens the view with the model unfolded. */
  async revealModel(file: string): Promise<void> {
    // What is unfolded must be known by then; a file that cannot be read is revealed as such.
    await this.openModels.read(file).catch(() => {});
    if (this.tree.visible) await this.untilDrawn(file);
    await this.tree.reveal(this.modelNode(file), { expand: true, select: true });
  }

  /** Selects a layer in the tree where the tree is in sight; the focus stays where it is. */
  async followSelection({ path: file, layer }: { path: string; layer: string }): Promise<void> {
    const selected = this.selected;
    const already =
      (selected?.kind === 'layer' && selected.layer.name === layer && selected.model.path === file) ||
      (selected?.kind === 'tensor' && selected.parent.layer.name === layer);
    if (already || !this.tree.visible || !this.openModels.paths.includes(file)) return;
    await this.untilDrawn(file);
    const node = this.layerNodes(this.modelNode(file)).find((other) => other.layer.name === layer);
    if (node !== undefined) await this.tree.reveal(node, { select: true, focus: false });
  }

  /** Answers with what is known: VS Code mixes up its items when an answer waits while it is asked again. */
  getChildren(node?: LayersNode): LayersNode[] {
    switch (node?.kind) {
      case undefined:
        return this.openModels.paths.map((file) => this.modelNode(file));
      case 'model':
        return this.layerNodes(node);
      case 'layer':
        return node.layer.tensors.map((tensor): TensorNode => ({ kind: 'tensor', parent: node, tensor }));
      case 'tensor':
        return [];
      default:
        return assertNever(node);
    }
  }

  getParent(node: LayersNode): LayersNode | undefined {
    if (node.kind === 'model') return undefined;
    return node.kind === 'layer' ? node.model : node.parent;
  }

  getTreeItem(node: LayersNode): vscode.TreeItem {
    const item = this.itemOf(node);
    item.contextValue = this.kindOf(node);
    if (node.kind === 'model') {
      // Models of different folders may share a name; layers and tensors are told apart by theirs.
      item.id = node.path;
      this.drawn.add(node.path);
      // VS Code has taken the item in when this turn is over.
      setImmediate(() => this.waiting.fire(node.path));
    }
    return item;
  }

  dispose(): void {
    this.listening.dispose();
    this.tree.dispose();
    this.changes.dispose();
  }

  private modelChanged(file: string): void {
    if (this.openModels.paths.includes(file)) this.changes.fire(this.modelNode(file));
  }

  private redraw(): void {
    this.drawn.clear();
    this.changes.fire(undefined);
  }

  /**
   * VS Code asks for the list some time after it changed, and answers to a `reveal` before that with a complaint or
   * with nothing.
   */
  private async untilDrawn(file: string): Promise<void> {
    if (this.drawn.has(file)) return;
    const done = new DisposableStore();
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(resolve, longestDrawMs);
      done.add({ dispose: () => clearTimeout(giveUp) });
      done.add(this.waiting.event((drawn) => drawn === file && resolve()));
    });
    done.dispose();
  }

  private itemOf(node: LayersNode): vscode.TreeItem {
    switch (node.kind) {
      case 'model':
        return this.modelItem(node);
      case 'layer':
        return layerItem(node, this.isLocked(node));
      case 'tensor':
        return tensorItem(node);
      default:
        return assertNever(node);
    }
  }

  private kindOf(node: LayersNode): string {
    if (node.kind !== 'layer' || !isPrunable(node.layer)) return treeItemKinds[node.kind];
    return this.isLocked(node) ? treeItemKinds.locked : treeItemKinds.prunable;
  }

  private isLocked({ model, layer }: LayerNode): boolean {
    return this.locks.of(model.path).includes(layer.name);
  }

  private modelItem({ path: file }: ModelNode): vscode.TreeItem {
    // The latest is unfolded when it comes; what the user folds stays folded.
    const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const latest = file === this.openModels.paths[0];
    const item = new vscode.TreeItem(path.basename(file), latest ? Expanded : Collapsed);
    const known = this.openModels.peek(file);
    item.iconPath = new vscode.ThemeIcon('symbol-structure');
    if (known === undefined) {
      item.description = vscode.l10n.t('reading…');
      // Its end is a change of this item.
      this.openModels.read(file).catch(() => {});
    } else if (known.kind === 'model') {
      item.description = modelDescription(known.view);
      item.tooltip = new vscode.MarkdownString(modelTooltip(known.view));
      item.accessibilityInformation = { label: `${path.basename(file)}, ${item.description}` };
    } else {
      item.collapsibleState = vscode.TreeItemCollapsibleState.None;
      item.description = localizeError(known.error);
      item.tooltip = item.description;
      item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('errorForeground'));
    }
    return item;
  }

  private modelNode(file: string): ModelNode {
    const known = this.models.get(file) ?? { kind: 'model', path: file };
    this.models.set(file, known);
    return known;
  }

  private layerNodes(model: ModelNode): LayerNode[] {
    const known = this.openModels.peek(model.path);
    if (known?.kind !== 'model') return [];
    const layers = arrangeLayers(known.view, this.order, this.filter);
    return layers.map((layer) => ({ kind: 'layer', model, layer }));
  }
}

function layerItem(node: LayerNode, locked: boolean): vscode.TreeItem {
  const { layer } = node;
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(layer.name, layer.tensors.length === 0 ? None : Collapsed);
  item.description = layerDescription(layer, locked);
  item.tooltip = new vscode.MarkdownString(layerTooltip(layer));
  item.iconPath = new vscode.ThemeIcon(
    locked ? 'lock' : layer.tensors.length === 0 ? 'symbol-operator' : 'layers',
  );
  item.accessibilityInformation = { label: layerAccessibleText(layer, locked) };
  item.command = showCommand(node);
  return item;
}

function tensorItem(node: TensorNode): vscode.TreeItem {
  const { tensor } = node;
  const item = new vscode.TreeItem(tensor.name, vscode.TreeItemCollapsibleState.None);
  item.description = tensorDescription(tensor);
  item.tooltip = new vscode.MarkdownString(tensorTooltip(tensor));
  item.iconPath = new vscode.ThemeIcon('symbol-array');
  item.command = showCommand(node);
  return item;
}

function showCommand(node: LayerNode | TensorNode): vscode.Command {
  return {
    command: 'counterweight.showLayer',
    title: vscode.l10n.t('Show in Panel'),
    arguments: [node],
  };
}
