// ONNX Runtime behind the runtime interface: the native package where its binding loads, else WebAssembly. Both are
// loaded on the first call, so that what only reads files starts without them.
import type { InferenceSession } from 'onnxruntime-node';
import { CounterweightError } from '../../shared/base/errors';
import { externalFilesFor } from './externalFiles';
import { ortSession, refused, type OrtModule } from './ortSession';
import type { Runtime, SessionOptions } from './runtime';

/** Loads one implementation, or throws whatever kept it from loading. */
export type RuntimeLoader = () => Promise<Runtime>;

let shared: Promise<Runtime> | undefined;

/** The runtime of this process; its name is "onnxruntime-node" or "onnxruntime-web". Throws RUNTIME_MISSING. */
export function onnxRuntime(): Promise<Runtime> {
  shared ??= firstRuntime([nativeRuntime, webRuntime]);
  return shared;
}

/** The first of the runtimes that loads. Throws RUNTIME_MISSING with the reason of each where none does. */
export async function firstRuntime(loaders: readonly RuntimeLoader[]): Promise<Runtime> {
  const problems: string[] = [];
  for (const load of loaders) {
    try {
      return await load();
    } catch (error) {
      problems.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  throw new CounterweightError('RUNTIME_MISSING', { problem: problems.join('; ') || 'there is none' });
}

/** ONNX Runtime as a native library. */
export async function nativeRuntime(): Promise<Runtime> {
  const ort = unwrap(await import('onnxruntime-node'));
  ort.env.logLevel = 'fatal';
  return {
    name: 'onnxruntime-node',
    version: versionOf(ort, 'node'),
    load: async (model, options = {}) => {
      const settings = sessionSettings(options);
      try {
        const session = await (typeof model === 'string'
          ? ort.InferenceSession.create(model, settings)
          : ort.InferenceSession.create(model, settings));
        return ortSession(ort, { session, model, writesOutputs: true });
      } catch (error) {
        throw refused(error, model);
      }
    },
  };
}

/** ONNX Runtime as WebAssembly on one thread: slower, and for machines that the native package has no binary for. */
export async function webRuntime(): Promise<Runtime> {
  const ort: OrtModule = unwrap(await import('onnxruntime-web'));
  ort.env.logLevel = 'fatal';
  // More threads would be workers that keep the process alive.
  ort.env.wasm.numThreads = 1;
  return {
    name: 'onnxruntime-web',
    version: versionOf(ort, 'web'),
    load: async (model, options = {}) => {
      const settings = { ...sessionSettings(options), executionProviders: ['wasm'] };
      try {
        const session = await (typeof model === 'string'
          ? createFromFile(ort, model, settings)
          : ort.InferenceSession.create(model, settings));
        return ortSession(ort, { session, model, writesOutputs: false });
      } catch (error) {
        throw refused(error, model);
      }
    },
  };
}

/** WebAssembly sees no file system: the bytes of the model and of the files that it refers to are handed over. */
function createFromFile(
  ort: OrtModule,
  path: string,
  settings: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  const { model, externalData } = externalFilesFor(path);
  return ort.InferenceSession.create(
    model,
    externalData.length > 0 ? { ...settings, externalData } : settings,
  );
}

function sessionSettings(options: SessionOptions): InferenceSession.SessionOptions {
  return {
    // Only what ends the process: every error is thrown as well, and some are looked for by trying.
    logSeverityLevel: 4,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads, interOpNumThreads: 1 }),
    ...(options.optimize === 'none' && { graphOptimizationLevel: 'disabled' as const }),
    // What is undefined here is refused.
    ...(options.config && { extra: nested(options.config) }),
  };
}

/** Settings with dotted names as the packages take them: an object in an object for each dot. */
function nested(settings: Readonly<Record<string, string>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(settings)) {
    const parts = name.split('.');
    const last = parts.pop() ?? '';
    let at = root;
    for (const part of parts) at = (at[part] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return root;
}

function versionOf(ort: OrtModule, part: 'node' | 'web'): string {
  return ort.env.versions[part] ?? ort.env.versions.common;
}

/** A CommonJS package imported from an ES module has its exports under `default` where its names are not detected. */
function unwrap<T extends object>(module: T): T {
  return 'InferenceSession' in module ? module : (module as { readonly default: T }).default;
}
