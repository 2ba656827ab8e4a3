// A job that searches for a network under a budget: its trials and its report in a folder of its own.
import { searchNetworks } from '../../core/experiment/search/searchNetworks';
import type { EngineHandlers } from './engineHandlers';
import { followed } from './followed';
import { runJob, type JobLinks } from './jobContext';

export function search(links: JobLinks): EngineHandlers['search'] {
  return ({ runFolder, seed = 1, ...params }, signal) =>
    followed(links.emitSearch, (tell) =>
      runJob(links, signal, ({ progress, gate }) =>
        searchNetworks({ ...params, seed, folder: runFolder }, { signal, progress, gate, search: tell }),
      ),
    );
}
