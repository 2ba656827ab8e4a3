// Properties are tried on the same cases in every run, so that a red run is a change and never chance.
import * as fc from 'fast-check';

fc.configureGlobal({ seed: 20_260_101 });
