// A part of a layer's detail with something to let go of: a canvas, a chart.
import type { Disposable } from '../../src/shared/base/disposable';

export interface DetailPart extends Disposable {
  readonly element: HTMLElement;
}
