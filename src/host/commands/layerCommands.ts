// Commands of the Layers view.
import * as vscode from 'vscode';
import type { OpenModels } from '../models/openModels';
import type { Panel } from '../panel/panel';
import type { LayerOrder } from '../views/layerNodes';
import type { LayersView } from '../views/layersView';
import type { CommandHandlers } from './registerCommands';

type Handled =
  | 'counterweight.showLayer'
  | 'counterweight.sortLayers'
  | 'counterweight.filterLayers'
  | 'counterweight.clearLayersFilter'
  | 'counterweight.refreshLayers'
  | 'counterweight.closeModel';

export function layerCommands(
  view: LayersView,
  models: OpenModels,
  panel: Panel,
): Pick<CommandHandlers, Handled> {
  return {
    'counterweight.showLayer': async (node = view.selected) => {
      if (node === undefined) return;
      if (node.kind === 'model') return panel.show({ kind: 'model', path: node.path });
      const layer = node.kind === 'layer' ? node : node.parent;
      // A result of the same model stays on show: it tells more of the layer than the model alone.
      const { model, shown } = panel.controller;
      const current = model?.path === layer.model.path ? shown : undefined;
      await panel.show(current ?? { kind: 'model', path: layer.model.path }, layer.layer.name);
      if (node.kind === 'tensor') await panel.controller.selectTensor(node.tensor.name);
    },
    'counterweight.sortLayers': async () => {
      const order = await askOrder(view.order);
      if (order !== undefined) view.order = order;
    },
    'counterweight.filterLayers': async () => {
      const text = await vscode.window.showInputBox({
        title: vscode.l10n.t('Filter Layers'),
        prompt: vscode.l10n.t('A part of the name of a layer, operator or tensor.'),
        value: view.filter,
      });
      if (text !== undefined) view.filter = text;
    },
    'counterweight.clearLayersFilter': () => {
      view.filter = '';
    },
    'counterweight.refreshLayers': () => models.refresh(),
    'counterweight.closeModel': (node) => {
      const target = node ?? view.selected;
      if (target?.kind === 'model') models.remove(target.path);
    },
  };
}

async function askOrder(current: LayerOrder): Promise<LayerOrder | undefined> {
  const { l10n } = vscode;
  const orders: readonly { order: LayerOrder; label: string }[] = [
    { order: 'graph', label: l10n.t('Order of execution') },
    { order: 'size', label: l10n.t('Size, largest first') },
    { order: 'macs', label: l10n.t('MACs, most first') },
    { order: 'sparsity', label: l10n.t('Zero weights, most first') },
  ];
  const items = orders.map((item) => ({
    ...item,
    description: item.order === current ? l10n.t('current') : '',
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: l10n.t('Sort Layers By') });
  return chosen?.order;
}
