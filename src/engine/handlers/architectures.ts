// The networks that a search can be made in, for the question in the editor.
import { architectures as table } from '../../core/architectures/architectures';
import type { EngineHandlers } from './engineHandlers';

export const architectures: EngineHandlers['architectures'] = () =>
  table
    .filter(({ reconstructs }) => !reconstructs)
    .map(({ id, description, example }) => ({ id, description, example }));
