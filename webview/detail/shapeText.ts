// Shapes as people write them: 64×3×3×3, with "?" for what is unknown.
import * as l10n from '@vscode/l10n';
import type { ShapeView } from '../../src/shared/contracts/viewModels';

export function shapeText(shape: ShapeView): string {
  return shape.map((dimension) => dimension ?? '?').join('×') || l10n.t('scalar');
}
